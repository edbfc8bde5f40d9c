"""`/api/super_objs`, and of one source its interests, labels and host."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, path_key, text

from ..actions import galaxies as galaxy_actions
from ..actions import links as actions
from ..queries import links as queries
from ..queries.objs import get_obj


class SuperObjBody(serializers.Serializer):
    """Objects that are one thing, for the documentation of the API; the action checks it."""

    name = serializers.CharField(required=False)
    obj_ids = serializers.ListField(child=serializers.CharField())
    is_roid = serializers.BooleanField(required=False)


class SuperObjChange(serializers.Serializer):
    name = serializers.CharField(required=False)
    obj_ids = serializers.ListField(child=serializers.CharField(), required=False)
    add_obj_ids = serializers.ListField(child=serializers.CharField(), required=False)
    remove_obj_ids = serializers.ListField(child=serializers.CharField(), required=False)
    is_roid = serializers.BooleanField(required=False)


class InterestBody(serializers.Serializer):
    title = serializers.CharField()
    description = serializers.CharField(required=False)
    link = serializers.CharField(required=False, help_text="http or https address.")


class LabelBody(serializers.Serializer):
    groupIds = serializers.ListField(child=serializers.IntegerField())


class HostBody(serializers.Serializer):
    galaxyName = serializers.CharField()


class SuperObjs(Endpoint):
    """Objects that are one thing in the sky, under several names."""

    requires = {"DELETE": "System admin"}
    params = {
        "GET": [
            Param("name", text, None, "Part of the name."),
            Param("isRoid", flag, None),
            Param("objID", text, None, "Those that hold this object."),
        ]
    }
    bodies = {"POST": SuperObjBody, "PATCH": SuperObjChange}

    def get(self, request: Any, super_obj_id: str | None = None) -> Any:
        if super_obj_id is not None:
            return queries.super_obj(self.viewer, path_key("super_obj_id", super_obj_id))
        query = self.query
        return queries.super_objs(self.viewer, name=query["name"], is_roid=query["isRoid"], obj_name=query["objID"])

    def post(self, request: Any, super_obj_id: str | None = None) -> dict[str, int]:
        data = self.data
        linked = actions.link_objs(
            self.viewer, data.get("obj_ids"), name=data.get("name"), is_roid=data.get("is_roid") or False
        )
        return {"id": linked.pk}

    def patch(self, request: Any, super_obj_id: str | None = None) -> None:
        """Rename it, add or remove objects, or name them all."""
        actions.change_link(self.viewer, path_key("super_obj_id", super_obj_id), self.data)

    def delete(self, request: Any, super_obj_id: str | None = None) -> None:
        actions.unlink(self.viewer, path_key("super_obj_id", super_obj_id))


class Interests(Endpoint):
    """What people mean to do with a source."""

    bodies = {"POST": InterestBody}

    def get(self, request: Any, obj_id: str, interest_id: str | None = None) -> Any:
        obj = get_obj(self.viewer, obj_id)
        if interest_id is None:
            return queries.interests(self.viewer, obj)
        return queries.interest(self.viewer, obj, path_key("interest_id", interest_id))

    def post(self, request: Any, obj_id: str, interest_id: str | None = None) -> dict[str, int]:
        return {"id": actions.declare_interest(self.viewer, get_obj(self.viewer, obj_id), self.data).pk}

    def delete(self, request: Any, obj_id: str, interest_id: str | None = None) -> None:
        """Withdraw an interest of one's own."""
        actions.withdraw_interest(self.viewer, get_obj(self.viewer, obj_id), path_key("interest_id", interest_id))


class Labels(Endpoint):
    """That somebody has looked at a source for groups."""

    bodies = {"POST": LabelBody, "DELETE": LabelBody}

    def post(self, request: Any, obj_id: str) -> None:
        actions.label(self.viewer, get_obj(self.viewer, obj_id, status=400), self.data.get("groupIds"))

    def delete(self, request: Any, obj_id: str) -> None:
        data = self.data if isinstance(self.data, dict) else {}
        actions.unlabel(self.viewer, get_obj(self.viewer, obj_id, status=400), data.get("groupIds"))


class HostEndpoint(Endpoint):
    """The galaxy a source belongs to."""

    requires = {"POST": "Upload data", "DELETE": "Upload data"}
    bodies = {"POST": HostBody}

    def post(self, request: Any, obj_id: str) -> None:
        obj = get_obj(self.viewer, obj_id, status=400)
        if not self.data.get("galaxyName"):
            raise Invalid("Missing required parameter: galaxyName")
        galaxy_actions.set_host(self.viewer, obj, self.data["galaxyName"])

    def delete(self, request: Any, obj_id: str) -> None:
        galaxy_actions.clear_host(self.viewer, get_obj(self.viewer, obj_id, status=400))
