"""Audiences: immutable sets of groups and streams, one row for each set that was ever used."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction

from .policy import INTERNAL, AccessManager, AccessQuerySet
from .viewer import Viewer

GROUP, STREAM = 0, 1


class AudienceQuerySet(AccessQuerySet["Audience", "Audience"]):
    def of(self, groups: Iterable[int] = (), streams: Iterable[int] = ()) -> Audience:
        """The audience that is exactly these groups and streams, made when it is new.

        Interned by its canonical key; the unique index decides between two writers that meet.
        """
        members = sorted({(GROUP, int(ref)) for ref in groups} | {(STREAM, int(ref)) for ref in streams})
        key = ",".join(f"{'gs'[kind]}{ref}" for kind, ref in members)
        found = self.filter(key=key).first()
        return found or self._intern(key, members)

    def _intern(self, key: str, members: list[tuple[int, int]]) -> Audience:
        with transaction.atomic():
            audience, created = self.get_or_create(key=key)
            if created:
                AudienceMember.objects.bulk_create(
                    AudienceMember(audience=audience, kind=kind, ref=ref) for kind, ref in members
                )
        return audience

    def widened(self, audience: Audience, groups: Iterable[int] = (), streams: Iterable[int] = ()) -> Audience:
        """The audience that holds these as well."""
        return self.of({*audience.group_ids, *groups}, {*audience.stream_ids, *streams})


class Audience(models.Model):
    """An interned set of groups and streams; whatever can be shared points at one."""

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True, help_text="Canonical key: members in order, g for group, s for stream.")

    access = INTERNAL
    objects = models.Manager.from_queryset(AudienceQuerySet)()

    def __str__(self) -> str:
        return self.key or "nobody"

    @property
    def group_ids(self) -> list[int]:
        return [int(part[1:]) for part in self.key.split(",") if part.startswith("g")]

    @property
    def stream_ids(self) -> list[int]:
        return [int(part[1:]) for part in self.key.split(",") if part.startswith("s")]


class AudienceMemberQuerySet(AccessQuerySet):
    def shared_with(self, viewer: Viewer) -> AudienceMemberQuerySet:
        """Memberships through which the viewer reads: the inner side of every audience semi-join."""
        return self.filter(
            models.Q(kind=GROUP, ref__in=sorted(viewer.group_ids))
            | models.Q(kind=STREAM, ref__in=sorted(viewer.stream_ids))
        )


class AudienceMember(models.Model):
    """One group or stream of an audience. ``ref`` is its id, which is never reused."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="members")
    kind = models.SmallIntegerField(choices=[(GROUP, "group"), (STREAM, "stream")])
    ref = models.IntegerField(help_text="Id of the group or stream.")

    access = INTERNAL
    objects = models.Manager.from_queryset(AudienceMemberQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref", "audience"], name="audience_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref} in audience {self.audience_id}"


def forget(kind: int, ref: int) -> None:
    """A group or stream is gone: nobody reads through it any more."""
    AudienceMember.objects.filter(kind=kind, ref=ref).delete()


class Shared(models.Model):
    """Something shared with an audience."""

    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Stamped(models.Model):
    """When a row was made and last changed, as the public API shows it."""

    created_at = models.DateTimeField(auto_now_add=True, db_index=False)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


__all__ = ["GROUP", "STREAM", "AccessManager", "Audience", "AudienceMember", "Shared", "Stamped", "forget"]
