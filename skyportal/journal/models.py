"""The journal: newsfeed, audit trail, and what is still to be delivered."""

from django.db import models
from django.db.models import Q

from skyportal.access.policy import INTERNAL, AccessManager


class JournalEntry(models.Model):
    """One act, as it happened."""

    kind = models.TextField(help_text="Class name of the entry.")
    payload = models.JSONField(help_text="Ids and plain values.")
    actor_id = models.IntegerField(null=True, help_text="Id of the user who acted; null where the platform did.")
    topics = models.JSONField(default=list, help_text="Names of what open pages should look at again.")
    created_at = models.DateTimeField(auto_now_add=True)

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "journal entries"
        indexes = [
            models.Index(fields=["-created_at"], name="journal_newest"),
            models.Index(fields=["kind", "-created_at"], name="journal_kind_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.created_at:%Y-%m-%d %H:%M:%S}"


class Delivery(models.Model):
    """One reaction to one entry: waiting, claimed, done or given up. Its id is the idempotency key outside."""

    WAITING, CLAIMED, DONE, FAILED = "waiting", "claimed", "done", "failed"

    entry = models.ForeignKey(JournalEntry, on_delete=models.CASCADE, related_name="deliveries")
    reaction = models.TextField(help_text="Dotted path of the reaction.")
    queue = models.TextField(default="default")
    state = models.TextField(default=WAITING, choices=[(s, s) for s in (WAITING, CLAIMED, DONE, FAILED)])
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="Not tried before this time.")
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["entry", "reaction"], name="delivery_once_per_reaction")]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_open", condition=Q(state__in=["waiting", "claimed"])),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} for entry {self.entry_id}: {self.state}"
