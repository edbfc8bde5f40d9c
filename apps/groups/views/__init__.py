"""Pages of this app."""

from .groups import delete_group, edit_group, group, groups, leave_group
from .members import add_member, change_member, members, remove_member, restore_member
from .people import become_user, complete_people, person, return_to_self, sign_out
from .profile import change_password, make_token, profile, rename_token, revoke_token
from .streams import add_stream, remove_stream

__all__ = [
    "add_member",
    "add_stream",
    "become_user",
    "change_member",
    "change_password",
    "complete_people",
    "delete_group",
    "edit_group",
    "group",
    "groups",
    "leave_group",
    "make_token",
    "members",
    "person",
    "profile",
    "remove_member",
    "remove_stream",
    "rename_token",
    "restore_member",
    "return_to_self",
    "revoke_token",
    "sign_out",
]
