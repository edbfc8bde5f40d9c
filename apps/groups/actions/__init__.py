"""Writes: people, groups, streams, tokens. A module for each noun; this is their door."""

from .accounts import become, clear_sessions
from .groups import change_group, create_group, delete_group
from .members import add_members, add_members_of, change_member, remove_member
from .people import (
    change_profile,
    change_user,
    create_user,
    delete_user,
    grant_permissions,
    merge_preferences,
    revoke_permissions,
)
from .streams import (
    add_stream,
    change_stream,
    create_stream,
    delete_stream,
    grant_stream,
    remove_stream,
    revoke_stream,
)
from .tokens import change_token, create_token, issue_token, revoke_token

__all__ = [
    "add_members",
    "add_members_of",
    "add_stream",
    "become",
    "change_group",
    "change_member",
    "change_profile",
    "change_stream",
    "change_token",
    "change_user",
    "clear_sessions",
    "create_group",
    "create_stream",
    "create_token",
    "create_user",
    "delete_group",
    "delete_stream",
    "delete_user",
    "grant_permissions",
    "grant_stream",
    "issue_token",
    "merge_preferences",
    "remove_member",
    "remove_stream",
    "revoke_permissions",
    "revoke_stream",
    "revoke_token",
]
