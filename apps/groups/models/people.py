"""Users, and the roles and ACLs that say what they may do."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower

from skyportal.access.models import Stamped
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import SYSTEM_ADMIN

from ..access import PUBLIC, USER


class Acl(models.Model):
    """A permission, by its public name."""

    id = models.TextField(primary_key=True)

    access = PUBLIC
    objects = models.Manager.from_queryset(AccessQuerySet)()

    class Meta:
        verbose_name = "permission"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.id


class Role(models.Model):
    """A named set of permissions."""

    id = models.TextField(primary_key=True)
    acls = models.ManyToManyField(Acl, related_name="roles", blank=True)

    access = PUBLIC
    objects = models.Manager.from_queryset(AccessQuerySet)()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.id


class UserManager(BaseUserManager.from_queryset(AccessQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser, Stamped):
    """A person or a bot. What they may do comes from roles and extra ACLs, never from Django's own permissions."""

    username = models.CharField(max_length=255, unique=True, validators=[UnicodeUsernameValidator()])
    first_name = models.TextField(blank=True, default="")
    last_name = models.TextField(blank=True, default="")
    affiliations = models.JSONField(default=list, blank=True)
    contact_email = models.EmailField(null=True, blank=True)
    contact_phone = models.TextField(null=True, blank=True, help_text="E.164, e.g. +16265551234.")
    bio = models.TextField(null=True, blank=True)
    is_bot = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    expiration_date = models.DateTimeField(null=True, blank=True, help_text="After this time nobody signs in as them.")
    preferences = models.JSONField(default=dict, blank=True)
    oauth_uid = models.TextField(null=True, blank=True)
    roles = models.ManyToManyField(Role, related_name="users", blank=True)
    acls = models.ManyToManyField(Acl, related_name="users", blank=True, help_text="Beyond those of the roles.")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "contact_email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    access = USER
    objects = UserManager()

    class Meta:
        ordering = ["username"]
        constraints = [models.UniqueConstraint(Lower("username"), name="user_username_any_case")]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username

    def permissions(self) -> set[str]:
        """Names of all ACLs, of the roles and beyond."""
        held = Acl.objects.filter(models.Q(users=self) | models.Q(roles__users=self))
        return set(held.values_list("id", flat=True))

    # Django's admin console asks these; the answer is one permission.
    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    @property
    def is_superuser(self) -> bool:
        if not hasattr(self, "_is_system_admin"):
            self._is_system_admin = self.pk is not None and SYSTEM_ADMIN in self.permissions()
        return self.is_active and self._is_system_admin

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_superuser
