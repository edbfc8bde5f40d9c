"""`/api/localization`: sky maps of events."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, integer, number, path_key, text
from skyportal.web.files import file_answer

from ..actions import crossing, locating
from ..actions import localizations as actions
from ..queries import event_items, instrument_fields, maps
from ..queries import localizations as queries


class LocalizationTagsView(Endpoint):
    def get(self, request: Any) -> list[str]:
        """Every tag that some sky map has."""
        return queries.known_tags(self.viewer)


class LocalizationPropertiesView(Endpoint):
    def get(self, request: Any) -> list[str]:
        """Names of the figures that are known of sky maps."""
        return queries.known_properties(self.viewer)


class LocalizationView(Endpoint):
    """A sky map by its event's time and its name."""

    params = {"GET": [Param("include2DMap", flag, False, "With `flat_2d`: nside 128, nested, sums to one.")]}

    def get(self, request: Any, dateobs: str, localization_name: str | None = None) -> dict[str, Any]:
        """The map's figures and contours; without a name the newest of the event."""
        found = queries.of_event(self.viewer, dateobs, localization_name)
        row = event_items.localization(found, event_items.tags_of(found))
        row["contour"] = found.contour
        if self.query["include2DMap"]:
            row["flat_2d"] = maps.flat(found)
        return row

    def delete(self, request: Any, dateobs: str, localization_name: str | None = None) -> None:
        if localization_name is None:
            raise Invalid("Missing required parameter: `localization_name`.")
        actions.delete_localization(self.viewer, queries.of_event(self.viewer, dateobs, localization_name))


class LocalizationFileView(Endpoint):
    def get(self, request: Any, dateobs: str, localization_name: str) -> Any:
        """The map as multi-order FITS."""
        found = queries.of_event(self.viewer, dateobs, localization_name)
        name, raw = maps.fits(self.viewer, found)
        return file_answer(name, raw, download=True)


class LocalizationNoticeView(Endpoint):
    bodies = {"POST": None}

    def post(self, request: Any, dateobs: str, notice_id: str | None = None) -> dict[str, Any]:
        """Fetch the sky map of a notice again, where the first try failed."""
        found = locating.again(self.viewer, dateobs, path_key("notice_id", notice_id))
        return {"localization_id": found.pk, "localization_name": found.name}


class InstrumentFieldsView(Endpoint):
    params = {
        "GET": [
            Param("localization_name", text, None, "Which of the event's sky maps; the newest where nothing is said."),
            Param("integrated_probability", number, 0.95, "Of the credible region in which probability counts."),
        ]
    }

    def get(self, request: Any, dateobs: str, instrument_id: str | None = None) -> dict[str, list[Any]]:
        """Fields of an instrument that see some of the region, the most probable first."""
        where = queries.of_event(self.viewer, dateobs, self.query["localization_name"])
        number_ = path_key("instrument_id", instrument_id)
        found = instrument_fields.seen(self.viewer, where, number_, self.query["integrated_probability"])
        return instrument_fields.answer(found)


class CrossmatchView(Endpoint):
    params = {
        "GET": [
            Param("id1", integer, None, "Id of a localization."),
            Param("id2", integer, None, "Id of another one."),
        ]
    }

    def get(self, request: Any) -> dict[str, Any]:
        """The product of two maps, nside 128 and nested, and how much they agree; nothing is kept."""
        first, second = (path_key(name, self.query[name]) for name in ("id1", "id2"))
        return crossing.compare(self.viewer, first, second)
