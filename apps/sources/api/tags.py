"""`/api/objtagoption` and `/api/objtag`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, key, path_key, text

from ..actions import tags as actions
from ..queries import tags as queries


class OptionBody(serializers.Serializer):
    """A tag one can choose, for the documentation of the API; the action checks it."""

    name = serializers.CharField(help_text="Letters and digits.")
    color = serializers.CharField(required=False, help_text="#rrggbb")


class TagBody(serializers.Serializer):
    objtagoption_id = serializers.IntegerField()
    obj_id = serializers.CharField()
    group_ids = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="Missing: all mine.")


class TagOptions(Endpoint):
    """Tags one can choose from."""

    requires = {"POST": "Manage sources", "PATCH": "Manage sources", "DELETE": "Manage sources"}
    bodies = {"POST": OptionBody, "PATCH": OptionBody}

    def get(self, request: Any, tag_id: str | None = None) -> Any:
        """All of them, or one."""
        return (
            queries.options(self.viewer) if tag_id is None else queries.option(self.viewer, path_key("tag_id", tag_id))
        )

    def post(self, request: Any, tag_id: str | None = None) -> dict[str, Any]:
        option = actions.create_option(self.viewer, self.data.get("name"), self.data.get("color"))
        return queries.option(self.viewer, option.pk)

    def patch(self, request: Any, tag_id: str | None = None) -> dict[str, Any]:
        """Rename it, or give it another colour."""
        option = actions.change_option(self.viewer, path_key("tag_id", tag_id), self.data)
        return queries.option(self.viewer, option.pk)

    def delete(self, request: Any, tag_id: str | None = None) -> str:
        """It comes off every object."""
        actions.delete_option(self.viewer, path_key("tag_id", tag_id))
        return f"Successfully deleted tag {tag_id}"


class Tags(Endpoint):
    """Tags on objects."""

    params = {
        "GET": [
            Param("obj_id", text, None, "Tags of this object."),
            Param("objtagoption_id", key, None, "Objects with this tag."),
            Param("includeSuperObjs", flag, False, "Also tags of the objects that are the same thing."),
        ]
    }
    bodies = {"POST": TagBody}

    def get(self, request: Any, association_id: str | None = None) -> Any:
        if association_id is not None:
            return queries.tag(self.viewer, path_key("association_id", association_id))
        query = self.query
        return queries.tags(
            self.viewer, obj_name=query["obj_id"], option_id=query["objtagoption_id"], linked=query["includeSuperObjs"]
        )

    def post(self, request: Any, association_id: str | None = None) -> dict[str, Any]:
        """Tag an object for groups."""
        data = self.data
        for name in ("objtagoption_id", "obj_id"):
            if data.get(name) in (None, ""):
                raise Invalid(f"Missing required parameter: {name}")
        option_id = path_key("objtagoption_id", str(data["objtagoption_id"]))
        tag, made = actions.tag_obj(self.viewer, data["obj_id"], option_id, data.get("group_ids"))
        if not made:
            return {"id": tag.pk, "message": "The object has this tag already; the groups are shown it too."}
        return queries.tag(self.viewer, tag.pk)

    def delete(self, request: Any, association_id: str | None = None) -> str:
        """Take a tag off, for the groups named or for all."""
        data = self.data if isinstance(self.data, dict) else {}
        actions.untag_obj(self.viewer, path_key("association_id", association_id), data.get("group_ids"))
        return f"Successfully untagged {association_id}"
