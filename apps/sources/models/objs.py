"""An obj is a place in the sky that something happened at; saved to a group it is a source."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.groups.models import Group, User
from skyportal.access.models import AudienceMemberQuerySet, Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import OBJ, SOURCE


def _internal_key() -> str:
    return secrets.token_hex(16)


class Obj(models.Model):
    """A position with a name. The public API's ``id`` is `name`; the integer key is ours."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True, help_text="Public identifier: letters, digits and _ - ; : + .")
    internal_key = models.CharField(
        max_length=32, default=_internal_key, help_text="Names the obj to those who see it."
    )
    ra = models.FloatField(null=True, help_text="J2000 right ascension, degrees.")
    dec = models.FloatField(null=True, help_text="J2000 declination, degrees.")
    hpx = models.BigIntegerField(null=True, help_text="Nested HEALPix index at order 29.")
    ra_dis = models.FloatField(null=True, blank=True, help_text="Right ascension at discovery, degrees.")
    dec_dis = models.FloatField(null=True, blank=True, help_text="Declination at discovery, degrees.")
    ra_err = models.FloatField(null=True, blank=True, help_text="Error of right ascension, arcsec.")
    dec_err = models.FloatField(null=True, blank=True, help_text="Error of declination, arcsec.")
    offset = models.FloatField(
        null=True, blank=True, default=0.0, help_text="Offset from the nearest static source, arcsec."
    )
    t0 = models.FloatField(null=True, blank=True, help_text="Onset, JD.")
    redshift = models.FloatField(null=True, blank=True)
    redshift_error = models.FloatField(null=True, blank=True)
    redshift_origin = models.TextField(null=True, blank=True)
    redshift_history = models.JSONField(null=True, blank=True)
    host = models.ForeignKey(
        "sources.Galaxy", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Host galaxy."
    )
    summary = models.TextField(null=True, blank=True)
    summary_history = models.JSONField(null=True, blank=True)
    altdata = models.JSONField(null=True, blank=True)
    dist_nearest_source = models.FloatField(null=True, blank=True, help_text="arcsec")
    mag_nearest_source = models.FloatField(null=True, blank=True)
    e_mag_nearest_source = models.FloatField(null=True, blank=True)
    transient = models.BooleanField(null=True, default=False)
    varstar = models.BooleanField(null=True, default=False)
    is_roid = models.BooleanField(null=True, default=False)
    mpc_name = models.TextField(null=True, blank=True)
    gaia_id = models.BigIntegerField(null=True, blank=True)
    tns_name = models.TextField(null=True, blank=True)
    tns_info = models.JSONField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    origin = models.TextField(null=True, blank=True)
    alias = ArrayField(models.TextField(), null=True, blank=True)
    detect_photometry_count = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    modified = models.DateTimeField(auto_now=True)

    access = OBJ
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["hpx"], name="obj_hpx"),
            models.Index(fields=["tns_name"], name="obj_tns_name", condition=Q(tns_name__isnull=False)),
            # a list narrowed by redshift meets the saved objs by id: from the index alone, not from every obj's row
            models.Index(
                fields=["redshift"], include=["id"], name="obj_redshift_ids", condition=Q(redshift__isnull=False)
            ),
            GinIndex(fields=["alias"], name="obj_alias"),
        ]

    def __str__(self) -> str:
        return self.name


class ObjReader(models.Model):
    """A group or stream that was given something of an obj, and so may know that it exists.

    Written by whatever shares: saving, admitting a candidate, adding photometry, commenting. Nothing takes it back:
    who has once seen an obj knows of it.
    """

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="readers")
    kind = models.SmallIntegerField(help_text="0 group, 1 stream, as in AudienceMember.")
    ref = models.IntegerField()

    access = INTERNAL
    objects = models.Manager.from_queryset(AudienceMemberQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obj", "kind", "ref"], name="obj_reader_once")]
        indexes = [models.Index(fields=["kind", "ref", "obj"], name="obj_reader_by_ref")]

    def __str__(self) -> str:
        return f"{'gs'[self.kind]}{self.ref} knows obj {self.obj_id}"


class Source(Stamped):
    """An obj saved to a group."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="sources")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="sources")
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)
    active = models.BooleanField(default=True, help_text="False once unsaved.")
    requested = models.BooleanField(default=False, help_text="Someone asks the group to save it.")
    unsaved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    unsaved_at = models.DateTimeField(null=True, blank=True)

    access = SOURCE
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obj", "group"], name="source_once_per_group")]
        indexes = [
            models.Index(fields=["group", "-saved_at", "-obj"], name="source_newest", condition=Q(active=True)),
            models.Index(fields=["-saved_at", "-obj"], name="source_newest_any", condition=Q(active=True)),
            models.Index(fields=["obj", "group"], include=["saved_at"], name="source_saved", condition=Q(active=True)),
        ]

    def __str__(self) -> str:
        return f"{self.obj_id} in {self.group_id}"
