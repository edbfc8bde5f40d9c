"""Events that messengers announce, the notices that announce them, and what is said of them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from apps.groups.models import User
from apps.sources.models import Obj
from apps.sources.models.comments import AbstractComment
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import ADVOCATE, COMMENT, EVENT, OF_EVENT, TAG_RULE


def address_of(dateobs: datetime) -> str:
    """An event's time as the API's paths have it."""
    return dateobs.strftime("%Y-%m-%dT%H:%M:%S")


SENDERS = {"SWIFT": "Swift", "FERMI": "Fermi", "AMON": "IceCube"}
"""Senders as people write them, by what is before # in an alias."""


class GcnEvent(Shared, Stamped):
    """Something happened at a time: a merger, a burst, a neutrino. The public API knows it by `dateobs`."""

    dateobs = models.DateTimeField(unique=True, help_text="Time of the event, UTC, whole seconds: its public name.")
    exact_time = models.DateTimeField(help_text="The same to the microsecond, as the newest notice gives it.")
    trigger_id = models.TextField(null=True, blank=True, help_text="The sender's own number or name of it.")
    aliases = ArrayField(models.TextField(), default=list, blank=True, help_text="LVC#S190814bv, FERMI#bn180116026 …")
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    is_retracted = models.BooleanField(default=False, help_text="Its sender took it back.")
    is_test = models.BooleanField(default=False, help_text="Sent as a test or mock.")
    gracedb = models.JSONField(default=dict, blank=True, help_text="Log and labels, once fetched from GraceDB.")
    tach_id = models.TextField(null=True, blank=True, help_text="The circular archive's name of it, once fetched.")
    obj = models.ForeignKey(
        Obj, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="The source that was made of a small sky map.",
    )  # fmt: skip
    advocates = models.ManyToManyField(User, related_name="+", blank=True, through="Advocate")

    access = EVENT
    objects = AccessManager()

    class Meta:
        ordering = ["-dateobs"]
        constraints = [
            models.UniqueConstraint(
                fields=["trigger_id"], condition=Q(trigger_id__isnull=False), name="gcn_event_one_trigger"
            )
        ]
        indexes = [GinIndex(fields=["aliases"], name="gcn_event_aliases")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As people call it: its first alias, with the sender before a mere number, else its time."""
        if not self.aliases:
            return self.address
        sender, _, name = self.aliases[0].partition("#")
        if not name:
            return sender
        return f"{SENDERS.get(sender, sender)} {name}" if name[0].isdecimal() else name

    @property
    def address(self) -> str:
        """The time as the API's paths have it."""
        return address_of(self.dateobs)


class Advocate(models.Model):
    """Somebody looks after an event."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="advocacies", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    access = ADVOCATE
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="gcn_advocate_once")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.event_id}"


class GcnNotice(Stamped):
    """One message about an event, as it was understood; its raw bytes lie in the file storage."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="notices")
    ivorn = models.TextField(unique=True, help_text="Identity: a second message with this ivorn is the same notice.")
    form = models.TextField(help_text="voevent, igwn, unified or dictionary.")
    kind = models.TextField(help_text="LVC_PRELIMINARY, gcn.notices.einstein_probe.wxt.alert …")
    stream = models.TextField(help_text="Who sends such notices.")
    date = models.DateTimeField(help_text="When it was sent, UTC.")
    dateobs = models.DateTimeField(null=True, help_text="Time of the event, as this notice gives it.")
    is_retraction = models.BooleanField(default=False)
    content = models.FileField(null=True, blank=True, upload_to="notices/", max_length=300)
    linked_map = models.TextField(null=True, blank=True, help_text="Address of a sky map that it names.")
    map_trouble = models.TextField(blank=True, default="", help_text="Why its sky map is not here; empty when well.")
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = OF_EVENT
    objects = AccessManager()

    class Meta:
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.date:%Y-%m-%d %H:%M}"


class EventTag(Stamped):
    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="tags", db_index=False)
    text = models.TextField()
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    of_notices = models.BooleanField(
        default=False, help_text="Follows from what notices say: a newer one that says otherwise takes it back."
    )

    access = OF_EVENT
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "text"], name="gcn_event_tag_once")]
        indexes = [models.Index(fields=["text", "event"], name="gcn_event_by_tag")]

    def __str__(self) -> str:
        return self.text


class EventProperties(Stamped):
    """What one notice says of the event, by name: FAR, BNS, HasNS, SNR …"""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="properties")
    notice = models.OneToOneField(GcnNotice, null=True, on_delete=models.CASCADE, related_name="properties")
    data = models.JSONField(default=dict)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = OF_EVENT
    objects = AccessManager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "event properties"

    def __str__(self) -> str:
        return f"{len(self.data)} of {self.event_id}"


class EventComment(AbstractComment):
    """A remark on an event."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="comments", db_index=False)

    access = COMMENT
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["event", "-created_at"], name="gcn_comment_of_event")]


class TagRule(Stamped):
    """A tag that events get by themselves where what is known of them meets these filters."""

    name = models.TextField(unique=True, help_text="The tag.")
    filters = models.JSONField(default=dict, help_text="notice_types, gcn_tags, gcn_properties, localization_tags …")
    requester = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = TAG_RULE
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
