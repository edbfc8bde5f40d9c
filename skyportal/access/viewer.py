"""Whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

SYSTEM_ADMIN = "System admin"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person, or a token with fewer permissions, as of this request.

    Built once per request by `apps.groups.queries`; rows reach anybody only through ``visible_to(viewer)``.
    """

    user_id: int | None
    username: str = ""
    group_ids: frozenset[int] = field(default_factory=frozenset)
    stream_ids: frozenset[int] = field(default_factory=frozenset)
    acls: frozenset[str] = field(default_factory=frozenset)
    single_user_group_id: int | None = None
    by_token: bool = False
    reason: str = ""

    @property
    def sees_all(self) -> bool:
        return SYSTEM_ADMIN in self.acls

    def may(self, acl: str) -> bool:
        """Whether this permission is held; a system admin holds them all."""
        return acl in self.acls or self.sees_all

    @classmethod
    def system(cls, reason: str) -> Viewer:
        """The platform itself, for work that must see everything; the reason is for whoever reads the code."""
        return cls(user_id=None, username="system", acls=frozenset({SYSTEM_ADMIN}), reason=reason)

    @classmethod
    def nobody(cls) -> Viewer:
        return cls(user_id=None)


def plain(viewer: Viewer) -> Viewer:
    """The viewer itself, where a page's request holds one that is looked up when first used."""
    if type(viewer) is Viewer:
        return viewer
    return Viewer(**{f.name: getattr(viewer, f.name) for f in fields(Viewer)})
