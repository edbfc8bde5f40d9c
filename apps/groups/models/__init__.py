"""People, groups, streams, tokens, permissions."""

from .groups import Group, Membership, Stream, StreamGrant
from .people import Acl, Role, User
from .tokens import Token

__all__ = ["Acl", "Group", "Membership", "Role", "Stream", "StreamGrant", "Token", "User"]
