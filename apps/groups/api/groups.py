"""`/api/groups`: groups, their members and their streams."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, path_key, text

from .. import actions, queries
from ..slots import group_includes
from . import bodies, shapes

UPLOAD = "Upload data"


class Groups(Endpoint):
    """Groups: people who share data."""

    requires = {"POST": UPLOAD}
    params = {
        "GET": [
            Param("name", text, None, "Only the group of exactly this name, as a list."),
            Param("includeSingleUserGroups", flag, False, "Also list everybody's own groups in all_groups."),
        ]
    }
    bodies = {"POST": bodies.GroupBody}

    def get(self, request: Any) -> Any:
        """Groups of mine, groups whose data I may see, and all that I may know of; or one found by its name."""
        if self.query["name"] is not None:
            return [shapes.group(g) for g in queries.group_named(self.viewer, self.query["name"])]
        known = list(queries.groups(self.viewer))
        mine = [g for g in known if g.pk in self.viewer.group_ids]
        shared = [g for g in known if not g.single_user_group]
        everything = known if self.query["includeSingleUserGroups"] else shared
        accessible = shared if self.viewer.sees_all else [g for g in mine if not g.single_user_group]
        return {
            "user_groups": [shapes.group(g) for g in mine],
            "user_accessible_groups": [shapes.group(g) for g in accessible],
            "all_groups": [shapes.group(g) for g in everything],
        }

    def post(self, request: Any) -> Any:
        """Create a group; whoever creates it is its admin."""
        fields = dict(self.body)
        if not fields["name"].strip():
            raise Invalid("Missing required parameter: `name`")
        admins = fields.pop("group_admins", [])
        return {"id": actions.create_group(self.viewer, fields.pop("name"), admins=admins, **fields).pk}


class PublicGroup(Endpoint):
    def get(self, request: Any) -> Any:
        """The sitewide group, in which everybody is."""
        return shapes.group(queries.sitewide_group())


class OneGroup(Endpoint):
    """One group."""

    requires = {"PUT": UPLOAD, "DELETE": UPLOAD}
    params = {"GET": [Param("includeGroupUsers", flag, True, "List the members, for those who are one.")]}
    bodies = {"PUT": bodies.GroupChange}

    def get(self, request: Any, group_id: str) -> Any:
        """A group with its members, streams and filters."""
        group = queries.get_group(self.viewer, path_key("group_id", group_id))
        streams = queries.streams(self.viewer).filter(groups=group)
        answer = {**shapes.group(group), "streams": [shapes.stream(s) for s in streams], "filters": []}
        answer |= {name: include(self.viewer, group.pk) for name, include in group_includes.items()}
        if self.query["includeGroupUsers"]:
            rows = list(queries.members(self.viewer, group.pk))
            contacts = queries.contacts_open_to(self.viewer, (row.user_id for row in rows))
            answer["users"] = [shapes.member(row, contacts) for row in rows]
        return answer

    def put(self, request: Any, group_id: str) -> None:
        """Rename or describe a group."""
        key = path_key("group_id", group_id)
        if "name" in self.body and not self.body["name"].strip():
            raise Invalid("Missing required parameter: `name`")
        actions.change_group(self.viewer, key, self.body)

    def delete(self, request: Any, group_id: str) -> None:
        """Delete a group, and its filters with it."""
        actions.delete_group(self.viewer, path_key("group_id", group_id))


class GroupUsers(Endpoint):
    """Members of a group."""

    requires = {"POST": UPLOAD, "PATCH": UPLOAD}
    bodies = {"POST": bodies.MemberBody, "PATCH": bodies.MemberChange}

    def post(self, request: Any, group_id: str, user_id: str | None = None) -> Any:
        """Add somebody who may read all of the group's streams."""
        key, body = path_key("group_id", group_id), _with_user(self, user_id)
        new = actions.add_members(
            self.viewer,
            key,
            [body["userID"]],
            admin=body["admin"],
            can_save=body["canSave"],
            can_share_photometry=body["canSharePhotometry"],
        )
        if not new:
            raise Invalid(f"User {body['userID']} is already a member of group {key}.")
        return {"group_id": key, "user_id": body["userID"], "admin": body["admin"]}

    def patch(self, request: Any, group_id: str, user_id: str | None = None) -> None:
        """Change what a member may do in the group."""
        key, body = path_key("group_id", group_id), _with_user(self, user_id)
        names = {"admin": "admin", "canSave": "can_save", "canSharePhotometry": "can_share_photometry"}
        changes = {names[name]: value for name, value in body.items() if name in names}
        if not changes:
            raise Invalid("At least one of admin, canSave and canSharePhotometry must be given.")
        actions.change_member(self.viewer, key, body["userID"], **changes)

    def delete(self, request: Any, group_id: str, user_id: str | None = None) -> None:
        """Remove a member, or leave."""
        if user_id is None:
            raise Invalid("Missing required parameter: `user_id`, at the end of the path.")
        actions.remove_member(self.viewer, path_key("group_id", group_id), path_key("user_id", user_id))


def _with_user(door: Endpoint, user_id: str | None) -> dict[str, Any]:
    """The body; the person may be named in the path instead."""
    body = dict(door.body)
    if user_id is not None:
        body["userID"] = path_key("user_id", user_id)
    if "userID" not in body:
        raise Invalid("Missing required parameter: `userID`")
    return body


class UsersFromGroups(Endpoint):
    requires = {"POST": UPLOAD}
    bodies = {"POST": bodies.FromGroupsBody}

    def post(self, request: Any, group_id: str) -> None:
        """Add everybody of other groups."""
        actions.add_members_of(self.viewer, path_key("group_id", group_id), self.body["fromGroupIDs"])


class GroupStreams(Endpoint):
    """Streams that a group reads."""

    requires = {"POST": UPLOAD, "DELETE": UPLOAD}
    bodies = {"POST": bodies.GroupStreamBody}

    def post(self, request: Any, group_id: str) -> Any:
        """Let a group read a stream that all its members may read."""
        key = path_key("group_id", group_id)
        actions.add_stream(self.viewer, key, self.body["stream_id"])
        return {"group_id": key, "stream_id": self.body["stream_id"]}


class OneGroupStream(Endpoint):
    requires = {"DELETE": UPLOAD}

    def delete(self, request: Any, group_id: str, stream_id: str) -> None:
        """Take a stream from a group, once no filter works on it."""
        actions.remove_stream(self.viewer, path_key("group_id", group_id), path_key("stream_id", stream_id))
