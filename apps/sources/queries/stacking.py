"""Spectra of many sources at once, to compare or to stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..access import said
from ..models import Classification, Obj, Source
from . import spectra
from .objs import beneath

MOST_SOURCES = 200


def spectra_to_stack(viewer: Viewer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Sources with a spectrum, and their spectra: by name, or saved to a group; with any of some classes.

    ``truncated`` says that more sources fulfil it than ``maxSources`` (200 at most).
    """
    most = _number(asked, "maxSources", MOST_SOURCES, 1, MOST_SOURCES)
    with_spectrum = spectra.found(viewer, spectra.Asked()).order_by()
    objs = Obj.objects.visible_to(viewer).filter(pk__in=with_spectrum.values("obj_id"))
    if names := _texts(asked, "obj_ids"):
        objs = objs.filter(name__in=names)
    if asked.get("group_id") is not None:
        group_ids = groups.accessible_group_ids(viewer, [int(_number(asked, "group_id", 0, 0, 2**31 - 1))])
        objs = objs.filter(pk__in=Source.objects.filter(group_id__in=group_ids, active=True).values("obj_id"))
    elif not names:
        raise Invalid("Missing required parameter: group_id or obj_ids.")
    classes = beneath(viewer, Classification.objects.all(), said)
    if wanted := _texts(asked, "classifications"):
        least = _number(asked, "classificationProbThreshold", 0, 0, 1)
        chosen = classes.filter(classification__in=wanted)
        objs = objs.filter(pk__in=(chosen.filter(probability__gte=least) if least else chosen).values("obj_id"))
    found = list(objs.order_by("name").values("pk", "name", "redshift")[: int(most) + 1])
    truncated, found = len(found) > most, found[: int(most)]
    ids = [row["pk"] for row in found]
    said_of: dict[int, list[dict[str, Any]]] = {pk: [] for pk in ids}
    for row in classes.filter(obj__in=ids).order_by("pk").values("obj_id", "classification", "probability"):
        said_of[row.pop("obj_id")].append(row)
    return {
        "sources": [
            {"id": row["name"], "redshift": row["redshift"], "classifications": said_of[row["pk"]]} for row in found
        ],
        "spectra": spectra.rows(viewer, spectra.of_objs(viewer, ids), remarks=False),
        "truncated": truncated,
    }


def _texts(asked: Mapping[str, Any], name: str) -> list[str]:
    value = asked.get(name) or []
    value = value.split(",") if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
        raise Invalid(f"Invalid {name}: must be a list of names.")
    return [str(one).strip() for one in value]


def _number(asked: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = asked.get(name)
    if value is None:
        return default
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not low <= number <= high:
        raise Invalid(f"Invalid {name}: must be from {low:g} to {high:g}.")
    return number
