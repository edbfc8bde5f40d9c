"""What people say."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import COMMENT
from .objs import Obj


class AbstractComment(Shared, Stamped):
    """A remark, in Markdown, with at most one attachment; comments on other things derive from it."""

    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    bot = models.BooleanField(default=False, help_text="Posted with a token.")
    system = models.BooleanField(default=False)
    origin = models.TextField(null=True, blank=True)
    channel = models.TextField(null=True, blank=True, help_text="A side conversation, left out of the usual list.")
    attachment_name = models.TextField(null=True, blank=True)
    attachment = models.FileField(null=True, blank=True, upload_to="attachments/", max_length=300)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text[:60]


class Comment(AbstractComment):
    """A remark on an obj."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="comments", db_index=False)

    access = COMMENT
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["obj", "-created_at"], name="comment_of_obj")]
