"""What people do with candidates: looks and decisions, profiles, reports, and nights scanned together."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.groups.models import Group, User
from apps.sources.models import Obj
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import (
    GROUP_REJECTION,
    REVIEW,
    SCAN_PROFILE,
    SCAN_REPORT,
    SCAN_REPORT_ITEM,
    SCAN_SESSION,
    SCAN_SESSION_PART,
)

LOOKED, SAVED, UNSAVED, REJECTED, TAKEN_BACK = "looked", "saved", "unsaved", "rejected", "taken back"
COMMENTED, CLASSIFIED, TAGGED = "commented", "classified", "tagged"


class Review(Shared):
    """One line of an obj's vetting log. Its audience is the groups whose filters were scanned."""

    DEEDS = (LOOKED, SAVED, UNSAVED, REJECTED, TAKEN_BACK, COMMENTED, CLASSIFIED, TAGGED)

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    deed = models.TextField(choices=[(deed, deed) for deed in DEEDS])
    at = models.DateTimeField(default=timezone.now, help_text="Of a look: the newest of the night.")
    reason = models.TextField(blank=True, default="")
    group_ids = models.JSONField(default=list, help_text="Saved to, or rejected for; empty: for oneself.")
    version_ids = models.JSONField(default=list, help_text="Versions of the filters that showed it.")

    access = REVIEW
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["obj", "-at"], name="review_of_obj"),
            # whether I have seen it, while a page of candidates is found
            models.Index(fields=["user", "obj", "-at"], name="review_by_user"),
            models.Index(fields=["-at"], name="review_newest"),
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} {self.deed} obj {self.obj_id}"


class GroupRejection(Stamped):
    """An obj that a group need not be shown again."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True, default="")

    access = GROUP_REJECTION
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "obj"], name="group_rejection_once")]

    def __str__(self) -> str:
        return f"obj {self.obj_id} rejected for group {self.group_id}"


class ScanProfile(Stamped):
    """An address of the scanning page under a name; one's own, or shared with a group."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="scan_profiles", db_index=False)
    name = models.TextField()
    query = models.TextField(help_text="Parameters, as they stand in the address.")
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    access = SCAN_PROFILE
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="scan_profile_once")]

    def __str__(self) -> str:
        return self.name


class ScanReport(Shared, Stamped):
    """What groups saved of what passed their filters within a window."""

    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    options = models.JSONField(default=dict, help_text="The windows, as they were asked for.")

    access = SCAN_REPORT
    objects = AccessManager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"scan report {self.pk}"


class ScanReportItem(Stamped):
    """An obj of a report, with who saved it. Figures are looked up for each reader: one may see less than another."""

    report = models.ForeignKey(ScanReport, on_delete=models.CASCADE, related_name="items", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+")
    saves = models.JSONField(default=list, help_text="Group, person and time of each save.")
    comment = models.TextField(null=True, blank=True)

    access = SCAN_REPORT_ITEM
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "obj"], name="scan_report_item_once")]

    def __str__(self) -> str:
        return f"obj {self.obj_id} in scan report {self.report_id}"


class ScanSession(models.Model):
    """A queue of candidates that members of a group scan together; it never changes, only who has what."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    started_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    query = models.TextField(blank=True, default="", help_text="The scanning page's address that made the queue.")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    access = SCAN_SESSION
    objects = AccessManager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"scanning session {self.pk}"


class ScanMember(models.Model):
    """Somebody who joined; those who left are kept, with what they did."""

    session = models.ForeignKey(ScanSession, on_delete=models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    access = SCAN_SESSION_PART
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "user"], name="scan_member_once")]

    def __str__(self) -> str:
        return f"user {self.user_id} in scanning session {self.session_id}"


class ScanTurn(models.Model):
    """One candidate of a queue: whose it is, and what became of it."""

    session = models.ForeignKey(ScanSession, on_delete=models.CASCADE, related_name="turns", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+")
    place = models.IntegerField(help_text="In the queue, from 0.")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    deed = models.TextField(blank=True, default="", help_text="Empty until somebody looked or decided.")
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(null=True, blank=True)

    access = SCAN_SESSION_PART
    objects = AccessManager()

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["session", "obj"], name="scan_turn_once")]

    def __str__(self) -> str:
        return f"place {self.place} of scanning session {self.session_id}"
