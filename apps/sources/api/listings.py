"""`/api/listing`: a person's own lists."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, path_key, text

from ..actions import listings as actions
from ..queries import listings as queries


class ListingBody(serializers.Serializer):
    """An entry of a list, for the documentation of the API; the action checks it."""

    obj_id = serializers.CharField()
    list_name = serializers.CharField(help_text="favorites, watchlist, rejected_candidates or a name of one's own.")
    user_id = serializers.IntegerField(required=False, help_text="Missing: me.")
    params = serializers.DictField(required=False)


class Listings(Endpoint):
    """Entries of one's own named lists."""

    params = {"GET": [Param("listName", text, None, "Only this list.")]}
    bodies = {"POST": ListingBody, "PATCH": ListingBody}

    def get(self, request: Any, listing_id: str | None = None) -> list[dict[str, Any]]:
        """Entries of a user's lists (the number in the path is the user's); without one, of my own."""
        user_id = self.viewer.user_id if listing_id is None else path_key("user_id", listing_id)
        return queries.listings(self.viewer, actions.owner(self.viewer, user_id), self.query["listName"])

    def post(self, request: Any, listing_id: str | None = None) -> dict[str, int]:
        """Put a source on a list."""
        data = self.data
        added = actions.add_listing(
            self.viewer,
            data.get("obj_id"),
            data.get("list_name"),
            user_id=data.get("user_id"),
            params=data.get("params"),
        )
        return {"id": added}

    def patch(self, request: Any, listing_id: str | None = None) -> None:
        """Edit an entry."""
        actions.edit_listing(self.viewer, path_key("listing_id", listing_id), self.data)

    def delete(self, request: Any, listing_id: str | None = None) -> None:
        """Take an entry off its list, by its id or by source and list."""
        if listing_id is not None:
            actions.remove_listing(self.viewer, path_key("listing_id", listing_id))
            return
        data = self.data
        actions.remove_from_list(self.viewer, data.get("obj_id"), data.get("list_name"), data.get("user_id"))
