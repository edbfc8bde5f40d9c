"""Signing in: whose account is closed or over is nobody, on pages, in the admin console and on websockets alike."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone


def is_over(user: Any) -> bool:
    """The account's time has run out."""
    return user.expiration_date is not None and user.expiration_date < timezone.now()


class Passwords(ModelBackend):
    """Name and password. Django asks again at every request, so that an open session ends with the account."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not is_over(user)
