"""API tokens: their owner with fewer permissions."""

from __future__ import annotations

import hashlib
import uuid

from django.db import models

from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import TOKEN
from .people import Acl, User


def digest(secret: str) -> str:
    """How a token's secret is kept. It is random, so one round of a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Token(Stamped):
    """A key to the API. The secret is shown once, when it is made; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Names the token; opens nothing.")
    name = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    acls = models.ManyToManyField(Acl, related_name="tokens", blank=True)

    access = TOKEN
    objects = AccessManager()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="token_name_per_user")]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
