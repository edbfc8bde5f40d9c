"""Photometry of a duplicate, copied to the obj it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..models import Photometry
from ..queries.objs import get_obj
from .photometry import Points, Stored, store
from .uploads import audience_asked

_COLUMNS = ("mjd", "flux", "fluxerr", "bandpass__name", "instrument_id", "origin__name", "flags", "limiting_mag",
            "ra", "dec", "ra_unc", "dec_unc", "ref_flux", "ref_fluxerr", "altdata")  # fmt: skip


@transaction.atomic
def copy_photometry(viewer: Viewer, target: str, data: Mapping[str, Any]) -> Stored:
    """Copy every point of an obj that the viewer may read to another, shared with the groups named.

    Points stay where they were; those the target has already keep their row.
    """
    if not data.get("origin_id"):
        raise Invalid("Missing required parameter: origin_id")
    if not data.get("group_ids"):
        raise Invalid("Missing required parameter: group_ids")
    to, source = get_obj(viewer, target), get_obj(viewer, str(data["origin_id"]))
    if to.pk == source.pk:
        raise Invalid("origin_id is the source itself: there is nothing to copy.")
    audience = audience_asked(viewer, {"group_ids": data["group_ids"]})
    rows = list(Photometry.objects.visible_to(viewer).filter(obj=source).order_by("mjd", "pk").values_list(*_COLUMNS))
    if not rows:
        raise Invalid(f"There is no photometry of {source.name} that you may read.")
    names = [name.removesuffix("__name") for name in _COLUMNS]
    columns: dict[str, Any] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return store(
        Points(obj_id=[to.pk] * len(rows), audience_id=[audience.pk] * len(rows), **columns), owner_id=viewer.user_id
    )
