"""Groups share data; streams are what instruments send."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from skyportal.access.models import Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import GROUP, MEMBERSHIP, STREAM
from .people import User


class Stream(Stamped):
    """A flow of alerts or of proprietary photometry; those granted it see its data."""

    name = models.TextField(unique=True)
    altdata = models.JSONField(null=True, blank=True, help_text="How packets arrive: topic, survey, programids.")
    auto_join = models.BooleanField(default=False, help_text="Every new user is granted it.")
    users = models.ManyToManyField(User, through="StreamGrant", related_name="streams")

    access = STREAM
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StreamGrant(models.Model):
    """A person may read a stream."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="stream_grants")

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "stream"], name="stream_grant_once")]

    def __str__(self) -> str:
        return f"{self.user} reads {self.stream}"


class Group(Stamped):
    """People who share data. Everybody is in the sitewide group and in a group of their own."""

    name = models.TextField()
    nickname = models.TextField(null=True, blank=True)
    description = models.TextField(null=True, blank=True)
    private = models.BooleanField(default=False, help_text="Known to its members only.")
    auto_accept_requests = models.BooleanField(default=False)
    single_user_group = models.BooleanField(default=False)
    sitewide = models.BooleanField(default=False)
    users = models.ManyToManyField(User, through="Membership", related_name="groups")
    streams = models.ManyToManyField(Stream, related_name="groups", blank=True)

    access = GROUP
    objects = AccessManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="group_name_any_case"),
            models.UniqueConstraint(fields=["sitewide"], condition=Q(sitewide=True), name="group_one_sitewide"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Stamped):
    """A person in a group, and what they may do there."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    admin = models.BooleanField(default=False)
    can_save = models.BooleanField(default=True, help_text="May save sources to the group.")
    can_share_photometry = models.BooleanField(
        default=False, help_text="May share with their other groups what others shared with this one."
    )

    access = MEMBERSHIP
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"
