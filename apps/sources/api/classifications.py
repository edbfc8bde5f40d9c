"""`/api/classification`, votes, and the classifications of a source."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, moment, path_key

from ..actions import classifications as actions
from ..queries import classifications as queries
from ..queries.taxonomies import taxonomies
from .bodies import VoteBody

WINDOW = [
    Param("startDate", moment, None, "Made at this time or later."),
    Param("endDate", moment, None, "Made at this time or earlier."),
]


class ClassificationBody(serializers.Serializer):
    """A classification, for the documentation of the API; the action checks it."""

    obj_id = serializers.CharField()
    taxonomy_id = serializers.IntegerField()
    classification = serializers.CharField(help_text="A class of the taxonomy.")
    probability = serializers.FloatField(required=False, help_text="0 to 1.")
    ml = serializers.BooleanField(required=False, help_text="Made by a machine.")
    origin = serializers.CharField(required=False)
    vote = serializers.BooleanField(required=False, help_text="Also vote for it.")
    label = serializers.BooleanField(  # type: ignore[assignment]  # a field of ours by the name of one of its own
        required=False, help_text="Also note that it was looked at for these groups; without any, for all of yours."
    )
    group_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing: the sitewide group."
    )
    classifications = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Many at once, each with these fields, instead of them.",
    )


class Classifications(Endpoint):
    """What sources are said to be."""

    requires = {"POST": "Classify", "PUT": "Classify", "DELETE": "Classify"}
    bodies = {"POST": ClassificationBody, "PUT": ClassificationBody}
    params = {"GET": [*page_params(100), *WINDOW, Param("includeTaxonomy", flag, False, "With the whole taxonomy.")]}

    def get(self, request: Any, classification_id: str | None = None) -> Any:
        """One classification, or a page of them, newest first."""
        if classification_id is not None:
            rows = [queries.shown_classification(self.viewer, path_key("classification_id", classification_id))]
            self._add_taxonomies(rows)
            return rows[0]
        page = Page.of(self.query)
        rows, total = queries.page(self.viewer, self.query["startDate"], self.query["endDate"], page.start, page.stop)
        self._add_taxonomies(rows)
        return {"classifications": rows, "totalMatches": total}

    def _add_taxonomies(self, rows: list[dict[str, Any]]) -> None:
        if self.query["includeTaxonomy"]:
            trees = {tree["id"]: tree for tree in taxonomies(self.viewer)}
            for row in rows:
                row["taxonomy"] = trees.get(row["taxonomy_id"])

    def post(self, request: Any, classification_id: str | None = None) -> dict[str, Any]:
        """Classify one source, or many at once under the key `classifications`: all of them or none."""
        if "classifications" in self.data:
            many = self.data["classifications"]
            return {"classification_ids": actions.classify(self.viewer, many if isinstance(many, list) else [])}
        return {"classification_id": actions.classify(self.viewer, [self.data])[0]}

    def put(self, request: Any, classification_id: str | None = None) -> None:
        """Edit a classification: its author and admins of its groups may. Earlier values are kept."""
        actions.edit_classification(self.viewer, path_key("classification_id", classification_id), self.data)

    def delete(self, request: Any, classification_id: str | None = None) -> None:
        """Delete a classification: its author and admins of its groups may."""
        actions.delete_classification(
            self.viewer, path_key("classification_id", classification_id), label=self.data.get("label") is True
        )


class ClassifiedSources(Endpoint):
    """Names of sources that were classified in a window of time."""

    params = {"GET": WINDOW}

    def get(self, request: Any) -> list[str]:
        return queries.classified_between(self.viewer, self.query["startDate"], self.query["endDate"])


class Votes(Endpoint):
    """For or against a classification."""

    bodies = {"POST": VoteBody}

    def post(self, request: Any, classification_id: str | None = None) -> None:
        """Vote 1 (for) or -1 (against); a second vote replaces the first."""
        if self.data.get("vote") is None:
            raise Invalid("Missing required parameter: `vote`.")
        actions.vote(self.viewer, path_key("classification_id", classification_id), self.data["vote"])

    def delete(self, request: Any, classification_id: str | None = None) -> None:
        """Withdraw one's vote."""
        actions.vote(self.viewer, path_key("classification_id", classification_id), None)


class ClassificationsOfSource(Endpoint):
    """What one source is said to be."""

    requires = {"DELETE": "Classify"}
    params = {"GET": [Param("includeSuperObjs", flag, False, "Also of the objects that are the same thing.")]}

    def get(self, request: Any, obj_id: str) -> list[dict[str, Any]]:
        return queries.of_obj(self.viewer, obj_id, linked=self.query["includeSuperObjs"])

    def delete(self, request: Any, obj_id: str) -> None:
        """Delete all one's own classifications of a source."""
        actions.delete_classifications_of(self.viewer, obj_id, label=self.data.get("label") is True)
