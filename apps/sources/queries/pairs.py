"""Pairs of saved objs at one place, which are likely the same thing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.access.viewer import Viewer
from skyportal.astro import sky

from ..models import Obj, Source, SuperObjMember
from .details import SAME_PLACE

MOST = 200_000
SHOWN = 200


def pairs(viewer: Viewer, *, radius: float = SAME_PLACE) -> tuple[list[dict[str, Any]], int]:
    """Pairs of objs saved to the viewer's groups within ``radius`` arcsec of each other, closest first, and how many
    there are; without those that somebody has said to be one thing already. Three queries."""
    saved = Source.objects.visible_to(viewer).filter(active=True).values("obj_id")
    objs = Obj.objects.filter(pk__in=saved, ra__isnull=False, dec__isnull=False).order_by("dec", "pk")[:MOST]
    rows = np.array(list(objs.values_list("pk", "ra", "dec")), dtype=float).reshape(-1, 3)
    first, second, separations = close(rows[:, 1], rows[:, 2], radius)
    found = [
        (separation, int(rows[a, 0]), int(rows[b, 0]))
        for a, b, separation in zip(first, second, separations, strict=True)
    ]
    linked = _linked({pk for _, *both in found for pk in both})
    open_ = sorted(pair for pair in found if not linked.get(pair[1], set()) & linked.get(pair[2], set()))
    shown = Obj.objects.in_bulk({pk for _, *both in open_[:SHOWN] for pk in both})
    return [{"a": shown[a], "b": shown[b], "separation": s} for s, a, b in open_[:SHOWN]], len(open_)


def close(ra: NDArray, dec: NDArray, radius: float) -> tuple[NDArray, NDArray, NDArray]:
    """Which positions lie within ``radius`` arcsec of each other.

    Parameters
    ----------
    ra, dec : array of shape (n,), degrees, ascending in dec

    Returns
    -------
    first, second : arrays of shape (m,), places in the arrays
    separation : array of shape (m,), arcsec
    """
    firsts, seconds, found = [np.empty(0, int)], [np.empty(0, int)], [np.empty(0)]
    for step in range(1, len(dec)):
        near = np.flatnonzero(dec[step:] - dec[:-step] <= radius / 3600)
        if not near.size:  # the next in dec only lie farther apart
            break
        separations = sky.separation(ra[near], dec[near], ra[near + step], dec[near + step])
        within = separations <= radius
        firsts.append(near[within])
        seconds.append(near[within] + step)
        found.append(separations[within])
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(found)


def _linked(ids: set[int]) -> dict[int, set[int]]:
    """By obj, what it was said to be part of."""
    found: dict[int, set[int]] = {}
    for pk, super_id in SuperObjMember.objects.filter(obj__in=ids).values_list("obj_id", "super_obj_id"):
        found.setdefault(pk, set()).add(super_id)
    return found
