"""Bodies that actions check by themselves, as the documentation of the API tells them: objs, points, and what is done
with many at once."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from skyportal.astro.bandpasses import MAGNITUDE_SYSTEMS

from ..actions.objs import EDITABLE

_KINDS: dict[type[models.Field], type[serializers.Field]] = {
    models.FloatField: serializers.FloatField,
    models.BooleanField: serializers.BooleanField,
    models.IntegerField: serializers.IntegerField,
    models.BigIntegerField: serializers.IntegerField,
    models.ForeignKey: serializers.IntegerField,
    models.TextField: serializers.CharField,
    models.JSONField: serializers.JSONField,
}


def _columns() -> dict[str, serializers.Field]:
    """A field for each column of an obj that a body may name."""
    found: dict[str, serializers.Field] = {}
    for name, column in EDITABLE.items():
        about: dict[str, Any] = {"required": False, "allow_null": True, "help_text": str(column.help_text)}
        if isinstance(column, ArrayField):
            found[name] = serializers.ListField(child=serializers.CharField(), **about)
        else:
            found[name] = _KINDS[type(column)](**about)
    return found


def _ids(**about: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.IntegerField(), **about)


class ObjColumns(serializers.Serializer):
    """Columns of an obj; those that are not named stay as they are."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return _columns() | super().get_fields()


class SourceBody(ObjColumns):
    """An obj, made where its name is new, and the groups to save it to. A new one needs ra and dec."""

    id = serializers.CharField(help_text="Its name: letters, digits and _ - ; : + .")
    group_ids = _ids(required=False, help_text="Missing: every group that you may save to.")
    ignore_if_in_group_ids = serializers.DictField(
        child=_ids(), required=False, help_text="By group: not saved to it where any of these has it already."
    )
    saver_per_group_id = serializers.DictField(
        child=serializers.IntegerField(), required=False, help_text="By group: the user who saves it, if not you."
    )


class SourceGroupsBody(serializers.Serializer):
    """Groups that save a source, are asked to, or leave it."""

    objId = serializers.CharField()
    inviteGroupIds = _ids(required=False, help_text="Yours save it; others are asked to.")
    unsaveGroupIds = _ids(required=False)


class SourceStateBody(serializers.Serializer):
    """What a group decides on a request to save."""

    objId = serializers.CharField()
    groupID = serializers.IntegerField()
    active = serializers.BooleanField()
    requested = serializers.BooleanField()


class CopyBody(serializers.Serializer):
    """Whose points are copied, and who may read the copies."""

    origin_id = serializers.CharField(help_text="Name of the other source.")
    group_ids = _ids()


def _or_list(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "array", "items": schema}]}


@extend_schema_field(_or_list({"type": "number"}))
class Numbers(serializers.JSONField):
    """A number, or one for each row."""


@extend_schema_field(_or_list({"type": "integer"}))
class Keys(serializers.JSONField):
    """An id, or one for each row."""


@extend_schema_field(_or_list({"type": "string"}))
class Words(serializers.JSONField):
    """A text, or one for each row."""


@extend_schema_field(_or_list({"type": "object"}))
class Objects(serializers.JSONField):
    """An object, or one for each row."""


@extend_schema_field({"oneOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string", "enum": ["all"]}]})
class Groups(serializers.JSONField):
    """Ids of groups, or all."""


class PointBody(serializers.Serializer):
    """What is said of points: a single value, or a list with one for each row. Either magnitudes (``mag``, ``magerr``;
    for an upper limit both null and ``limiting_mag``) or fluxes (``flux``, ``fluxerr``, ``zp``)."""

    obj_id = Words(required=False)
    instrument_id = Keys(required=False)
    mjd = Numbers(required=False)
    filter = Words(required=False, help_text="Name of a bandpass.")
    magsys = Words(required=False, help_text=", ".join(MAGNITUDE_SYSTEMS))
    mag = Numbers(required=False)
    magerr = Numbers(required=False)
    limiting_mag = Numbers(required=False)
    limiting_mag_nsigma = Numbers(required=False, help_text="How many sigma the limit is above nothing; 3 if missing.")
    magref = Numbers(required=False, help_text="Of the reference image.")
    e_magref = Numbers(required=False)
    flux = Numbers(required=False)
    fluxerr = Numbers(required=False)
    zp = Numbers(required=False, help_text="Magnitude of a flux of 1.")
    ref_flux = Numbers(required=False)
    ref_fluxerr = Numbers(required=False)
    ref_zp = Numbers(required=False, help_text="23.9 if missing.")
    ra = Numbers(required=False, help_text="degrees")
    dec = Numbers(required=False, help_text="degrees")
    ra_unc = Numbers(required=False, help_text="arcsec")
    dec_unc = Numbers(required=False, help_text="arcsec")
    origin = Words(required=False)
    altdata = Objects(required=False, help_text="Whatever else is known of a point.")
    assignment_id = Keys(required=False)
    group_ids = Groups(required=False, help_text="Groups that may read them, or all: everybody.")
    stream_ids = _ids(required=False, help_text="Streams whose readers may read them.")


class PhotometryBody(PointBody):
    """Points to upload; scalars are repeated to the length of the lists."""

    obj_id = Words()
    instrument_id = Keys()
    mjd = Numbers()
    filter = Words(help_text="Name of a bandpass.")
    magsys = Words(help_text=", ".join(MAGNITUDE_SYSTEMS))
    extinction_corrected = serializers.BooleanField(
        required=False, help_text="The Galaxy's extinction was taken out; it is put in again."
    )


class StackBody(serializers.Serializer):
    """Sources whose spectra are read: those of a group, or by name; with any of these classes where some are named."""

    group_id = serializers.IntegerField(required=False)
    obj_ids = serializers.ListField(child=serializers.CharField(), required=False)
    classifications = serializers.ListField(child=serializers.CharField(), required=False)
    classificationProbThreshold = serializers.FloatField(required=False)
    maxSources = serializers.IntegerField(required=False)


class SynthphotBody(serializers.Serializer):
    """Bandpasses to measure a spectrum through."""

    filters = serializers.ListField(child=serializers.CharField())
    spectrum_id = serializers.IntegerField(required=False, help_text="Where the address does not name it.")


class VoteBody(serializers.Serializer):
    vote = serializers.ChoiceField(choices=[1, -1], help_text="For, or against.")


class ThumbnailChange(serializers.Serializer):
    """What is known of a picture; which file it is stays as it was."""

    obj_id = serializers.CharField(required=False)
    type = serializers.CharField(required=False, help_text="new, ref, sub, sdss, ls, ps1, …")
    origin = serializers.CharField(required=False)
    is_grayscale = serializers.BooleanField(required=False)
    public_url = serializers.CharField(required=False, help_text="Only of one that is not kept here.")
