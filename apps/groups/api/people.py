"""`/api/user`, `/api/roles`, `/api/acls`, `/api/internal/profile`: people, and what they may do."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid, NotAllowed
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page
from skyportal.api.params import Param, flag, integer, moment, path_key, text

from .. import actions, queries
from . import bodies, shapes

MANAGE = "Manage users"


class Users(Endpoint):
    """People. Contact details are shown to those who share a group with them, and to holders of Manage users."""

    requires = {"POST": MANAGE}
    params = {
        "GET": [
            Param("pageNumber", integer, 1, "Page, counted from 1."),
            Param("numPerPage", integer, None, "Rows a page; without it, everybody."),
            Param("firstName", text, None, "Part of the first name."),
            Param("lastName", text, None, "Part of the last name."),
            Param("username", text, None, "Part of the user name."),
            Param("email", text, None, "Part of the e-mail address, where it may be seen."),
            Param("role", text, None, "Holders of this role."),
            Param("acl", text, None, "Holders of this permission."),
            Param("group", text, None, "Members of the group of this name."),
            Param("stream", text, None, "Readers of the stream of this name."),
            Param("includeExpired", flag, False, "Also accounts whose time is over."),
            Param("sortBy", text, "username", "username, id, firstName, lastName, createdAt or expirationDate."),
            Param("sortOrder", text, "asc", "asc or desc."),
        ]
    }
    bodies = {"POST": bodies.UserBody}

    def get(self, request: Any) -> Any:
        """Search people."""
        q = self.query
        if q["sortBy"] not in queries.SORTABLE:
            raise Invalid(f"Invalid sortBy: {q['sortBy'][:60]} (use one of {', '.join(sorted(queries.SORTABLE))})")
        if q["sortOrder"] not in ("asc", "desc"):
            raise Invalid(f"Invalid sortOrder: {q['sortOrder'][:60]} (use asc or desc)")
        search = queries.PeopleSearch(
            q["firstName"], q["lastName"], q["username"], q["email"], q["role"], q["acl"], q["group"], q["stream"],
            q["includeExpired"],
        )  # fmt: skip
        rows = queries.people(self.viewer, search, sort=q["sortBy"], descending=q["sortOrder"] == "desc")
        if q["numPerPage"] is None:
            shown = list(rows)
            return {"users": shapes.people(self.viewer, shown), "totalMatches": len(shown)}
        page = Page.of(q)
        return {
            "users": shapes.people(self.viewer, rows[page.start : page.stop]),
            "totalMatches": rows.count(),
        }

    @transaction.atomic
    def post(self, request: Any) -> Any:
        """Create an account, with its roles and groups."""
        fields = dict(self.body)
        groups = [_group_and_admin(pair) for pair in fields.pop("groupIDsAndAdmin", [])]
        roles = fields.pop("roles", None)
        if "expirationDate" in fields:
            fields["expiration_date"] = _when(fields.pop("expirationDate"))
        person = actions.create_user(
            fields.pop("username"), by=self.viewer, **({} if roles is None else {"roles": roles}), **fields
        )
        for group_id, admin in groups:
            actions.add_members(self.viewer, group_id, [person.pk], admin=admin, granting_streams=self.viewer.sees_all)
        return {"id": person.pk}


def _group_and_admin(pair: list[Any]) -> tuple[int, bool]:
    try:
        group_id, admin = path_key("group id", pair[0]), pair[1] if len(pair) > 1 else False
    except TypeError:
        raise Invalid(f"Invalid groupIDsAndAdmin: {pair!r}"[:200]) from None
    if not isinstance(admin, bool) and str(admin).lower() not in ("true", "false"):
        raise Invalid(f"Invalid groupIDsAndAdmin: {admin!r} is neither true nor false"[:200])
    return group_id, str(admin).lower() == "true"


def _when(words: str | None) -> Any:
    try:
        return moment(words) if words else None
    except ValueError as problem:
        raise Invalid(f"Invalid expirationDate: {problem}") from None


class OneUser(Endpoint):
    """One person."""

    requires = {"PATCH": MANAGE, "DELETE": MANAGE}
    bodies = {"PATCH": bodies.UserChange}

    def get(self, request: Any, user_id: str) -> Any:
        """One person, with roles and permissions."""
        return shapes.people(self.viewer, [queries.get_person(self.viewer, path_key("user_id", user_id))])[0]

    def patch(self, request: Any, user_id: str) -> None:
        """Change an account: names, contacts, affiliations, when it ends."""
        key, changes = path_key("user_id", user_id), dict(self.body)
        if "expirationDate" in changes:
            changes["expiration_date"] = _when(changes.pop("expirationDate"))
        if not changes:
            raise Invalid("At least one of expirationDate, affiliations or another field must be given.")
        actions.change_user(self.viewer, key, changes)

    def delete(self, request: Any, user_id: str) -> None:
        """Delete an account, with its tokens and comments."""
        actions.delete_user(self.viewer, path_key("user_id", user_id))


class UserRoles(Endpoint):
    requires = {"POST": MANAGE}
    bodies = {"POST": bodies.RolesBody}

    def post(self, request: Any, user_id: str) -> None:
        """Grant roles, of which the giver holds all permissions."""
        actions.grant_permissions(self.viewer, path_key("user_id", user_id), roles=self.body["roleIds"])


class OneUserRole(Endpoint):
    requires = {"DELETE": MANAGE}

    def delete(self, request: Any, user_id: str, role_id: str) -> None:
        """Take a role away."""
        actions.revoke_permissions(self.viewer, path_key("user_id", user_id), roles=[role_id])


class UserAcls(Endpoint):
    requires = {"POST": MANAGE}
    bodies = {"POST": bodies.AclsBody}

    def post(self, request: Any, user_id: str) -> None:
        """Grant permissions that the giver holds, beyond those of the roles."""
        actions.grant_permissions(self.viewer, path_key("user_id", user_id), acls=self.body["aclIds"])


class OneUserAcl(Endpoint):
    requires = {"DELETE": MANAGE}

    def delete(self, request: Any, user_id: str, acl_id: str) -> None:
        """Take a permission away that was granted beyond the roles."""
        actions.revoke_permissions(self.viewer, path_key("user_id", user_id), acls=[acl_id])


class Roles(Endpoint):
    def get(self, request: Any) -> Any:
        """All roles with their permissions."""
        return [{"id": role.pk, "acls": sorted(acl.pk for acl in role.acls.all())} for role in queries.roles()]


class Acls(Endpoint):
    def get(self, request: Any) -> Any:
        """Names of all permissions."""
        return queries.acl_names()


class Profile(Endpoint):
    """One's own account."""

    bodies = {"PATCH": bodies.ProfileChange}

    def get(self, request: Any, user_id: str | None = None) -> Any:
        """My account with preferences and tokens; others' for holders of Manage users."""
        key = self.viewer.user_id or 0
        if user_id is not None:
            key = path_key("user_id", user_id)
        if key != self.viewer.user_id and not self.viewer.may(MANAGE):
            raise NotAllowed("Insufficient permissions: profiles of others need the permission 'Manage users'.")
        return shapes.profile(self.viewer, queries.get_person(self.viewer, key))

    def patch(self, request: Any, user_id: str | None = None) -> None:
        """Change my account; preferences are merged key by key."""
        if user_id is not None and path_key("user_id", user_id) != self.viewer.user_id:
            raise NotAllowed("Insufficient permissions: this changes one's own profile; PATCH /api/user for others.")
        actions.change_profile(self.viewer, self.body)
