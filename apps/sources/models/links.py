"""What ties objs to one another and to people: one thing under several names, plans, who has looked."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Group, User
from skyportal.access.models import Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import INTEREST, LABEL, SUPER_OBJ
from .objs import Obj


class SuperObj(Stamped):
    """Objs that are one thing in the sky; each reader is shown those of them they may know."""

    name = models.TextField(null=True, blank=True)
    is_roid = models.BooleanField(default=False, help_text="A minor planet, seen at several places.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    objs = models.ManyToManyField(Obj, through="SuperObjMember", related_name="super_objs")

    access = SUPER_OBJ
    objects = AccessManager()

    def __str__(self) -> str:
        return self.name or f"super obj {self.pk}"


class SuperObjMember(models.Model):
    super_obj = models.ForeignKey(SuperObj, on_delete=models.CASCADE, related_name="members", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="memberships")

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["super_obj", "obj"], name="super_obj_member_once")]

    def __str__(self) -> str:
        return f"obj {self.obj_id} in {self.super_obj_id}"


class Interest(Stamped):
    """Somebody says what they mean to do with an obj."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="interests")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    title = models.TextField()
    description = models.TextField(null=True, blank=True)
    link = models.TextField(null=True, blank=True, help_text="http or https address.")

    access = INTEREST
    objects = AccessManager()

    def __str__(self) -> str:
        return self.title


class Label(Stamped):
    """Somebody has looked at an obj for a group and is done with it."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="labels", db_index=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    labeller = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    access = LABEL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obj", "group", "labeller"], name="label_once")]

    def __str__(self) -> str:
        return f"obj {self.obj_id} labelled for {self.group_id}"
