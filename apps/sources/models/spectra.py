"""Spectra, who made them, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import models
from numpy.typing import NDArray

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import REMARK_ON_SPECTRUM, SPECTRUM
from .annotations import AbstractAnnotation
from .comments import AbstractComment
from .instruments import Instrument
from .objs import Obj


class FloatsField(models.BinaryField):
    """Numbers as packed little-endian doubles.

    Not a PostgreSQL array: nobody asks the database for single pixels, and fifty spectra of 2,000 points unpack in
    a millisecond this way, where reading them as arrays of text takes a quarter of a second.
    """

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: Any, *args: Any) -> NDArray | None:
        return None if value is None else np.frombuffer(value, "<f8")

    def get_prep_value(self, value: Any) -> bytes | None:
        return value if value is None or isinstance(value, bytes) else np.asarray(value, "<f8").tobytes()


class Spectrum(Shared, Stamped):
    """Flux over wavelength of an obj or its host; NaN where a pixel has no flux."""

    id = models.AutoField(primary_key=True)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="spectra", db_index=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    observed_at = models.DateTimeField(help_text="UTC, as the uploader gave it; usually the start of the exposure.")
    wavelengths = FloatsField(help_text="Angstroms, in order.")
    fluxes = FloatsField(help_text="In `units`.")
    errors = FloatsField(null=True, help_text="Standard errors, in `units`.")
    units = models.TextField(null=True, blank=True, help_text="Of the flux; empty reads as erg/s/cm2/AA.")
    origin = models.TextField(null=True, blank=True)
    type = models.TextField(default="source", help_text="source, host or host_center.")
    label = models.TextField(null=True, blank=True)
    external_reducer = models.TextField(null=True, blank=True)
    external_observer = models.TextField(null=True, blank=True)
    external_pi = models.TextField(null=True, blank=True)
    altdata = models.JSONField(null=True, blank=True, help_text="Mostly the header of the file.")
    original_file_filename = models.TextField(null=True, blank=True)
    original_file = models.FileField(null=True, blank=True, upload_to="spectra/", max_length=300)

    access = SPECTRUM
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["obj", "observed_at"], name="spectrum_of_obj"),
            models.Index(fields=["instrument", "observed_at"], name="spectrum_by_instrument"),
        ]

    def __str__(self) -> str:
        return f"{self.obj_id} at {self.observed_at:%Y-%m-%d}"


class SpectrumPerson(models.Model):
    """Somebody of the site who reduced or observed a spectrum, or whose programme it belongs to."""

    REDUCER, OBSERVER, PI = "reducer", "observer", "pi"

    spectrum = models.ForeignKey(Spectrum, on_delete=models.CASCADE, related_name="people", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.TextField(choices=[(role, role) for role in (REDUCER, OBSERVER, PI)])

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["spectrum", "role", "user"], name="spectrum_person_once")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.role} of spectrum {self.spectrum_id}"


class SpectrumComment(AbstractComment):
    """A remark on a spectrum. It names the obj too, so that whoever reads it need not look the spectrum up."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="spectrum_comments", db_index=False)
    spectrum = models.ForeignKey(Spectrum, on_delete=models.CASCADE, related_name="comments", db_index=False)

    access = REMARK_ON_SPECTRUM
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["spectrum", "-created_at"], name="comment_of_spectrum"),
            models.Index(fields=["obj"], name="spectrum_comment_of_obj"),
        ]


class SpectrumAnnotation(AbstractAnnotation):
    """What one origin says of a spectrum."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="spectrum_annotations", db_index=False)
    spectrum = models.ForeignKey(Spectrum, on_delete=models.CASCADE, related_name="annotations", db_index=False)

    access = REMARK_ON_SPECTRUM
    objects = AccessManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["spectrum", "origin", "audience"], name="spectrum_annotation_origin_once")
        ]
        indexes = [models.Index(fields=["obj"], name="spectrum_annotation_of_obj")]
