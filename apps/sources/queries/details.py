"""What is shown of objs, for one or a page of them: a fixed number of queries either way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from skyportal.access.viewer import Viewer
from skyportal.astro import cosmology, dust, sky

from ..models import Obj, Source
from ..slots import obj_includes
from . import galaxies, links, sources, statistics, surroundings
from . import objs as objs_queries

Row = dict[str, Any]

_OBJ = [f.attname for f in Obj._meta.concrete_fields if f.name != "hpx"]


def record(viewer: Viewer, obj: Obj, includes: Iterable[str] = ()) -> Row:
    """Everything the public API says of one obj."""
    own = {name: getattr(obj, name) for name in _OBJ}
    around = surroundings.of_one(viewer, obj.pk)
    (row,) = _put_together(viewer, [obj.pk], [own], around, includes)
    row["photstats"] = [statistics.public(obj.name, f) for f in statistics.merge(around.figures).values()]
    row["duplicates"] = duplicates(viewer, obj)
    row |= galaxies.host_fields(galaxies.host_of(obj) if obj.host_id else None)
    row["galaxies"] = _galaxies(viewer, obj)
    return row | {"followup_requests": [], "assignments": [], "ebv": reddening(obj)}


def reddening(obj: Obj) -> float | None:
    """E(B−V) in magnitudes; None where no dust map covers the place."""
    return None if obj.ra is None or obj.dec is None else dust.ebv(obj.ra, obj.dec)


def records(viewer: Viewer, ids: list[int], includes: Iterable[str] = ()) -> list[Row]:
    """The same of a page of objs, in the order of their ids, without what only a source's own page needs."""
    around = surroundings.of_many(viewer, ids)
    rows = [{name: around.objs[pk][name] for name in _OBJ} for pk in ids if pk in around.objs]
    return _put_together(viewer, ids, rows, around, includes)


def _put_together(
    viewer: Viewer, ids: list[int], rows: list[Row], around: surroundings.Surroundings, includes: Iterable[str]
) -> list[Row]:
    derive(rows)
    names = {row["id"]: row["name"] for row in rows}
    saved = sources.saves_by_obj(around.saves)
    classified, annotated = said_of(around, names)
    extras = {field: include(viewer, ids) for field, include in obj_includes.items() if field in includes}
    tagged = tags_said(around, names) if "tags" in includes else {}
    associated = links.associated(around.linked, ids) if "associated_objs" in includes else {}
    found_hosts = galaxies.hosts(ids) if "host" in includes else {}
    for row in rows:
        pk = row["id"]
        row |= {
            "groups": saved.get(pk, []), "classifications": classified.get(pk, []),
            "annotations": annotated.get(pk, []), "tags": tagged.get(pk, []),
            "associated_objs": associated.get(pk, []),
        }  # fmt: skip
        row |= {field: values.get(pk) for field, values in extras.items()} | found_hosts.get(pk, {})
        row["id"] = row.pop("name")
    return rows


def derive(rows: list[Row]) -> None:
    """Galactic coordinates and distances, computed for all rows at once."""
    nan = float("nan")
    ra, dec = (np.array([nan if row[c] is None else row[c] for row in rows], dtype=float) for c in ("ra", "dec"))
    lon, lat = (angle.tolist() for angle in sky.galactic(ra, dec))
    z = np.array([nan if row["redshift"] is None else row["redshift"] for row in rows], dtype=float)
    distance = cosmology.luminosity_distances(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        modulus = (5 * np.log10(distance) + 25).tolist()
        angular = (distance / (1 + z) ** 2).tolist()
    for n, row in enumerate(rows):
        row |= {
            "gal_lon": lon[n], "gal_lat": lat[n], "luminosity_distance": float(distance[n]), "dm": modulus[n],
            "angular_diameter_distance": angular[n],
        }  # fmt: skip


def said_of(around: surroundings.Surroundings, names: dict[int, str]) -> tuple[dict[int, list], dict[int, list]]:
    """By obj, classifications with their votes, and annotations, each with those of its groups that are known."""
    votes: dict[int, list[Row]] = defaultdict(list)
    for vote in around.votes:
        votes[vote["classification_id"]].append(vote)
    classified, annotated = defaultdict(list), defaultdict(list)
    for row in around.classifications:
        obj_id = row["obj_id"]
        row |= {
            "obj_id": names[obj_id],
            "groups": around.groups_in(row.pop("audience__key")),
            "votes": votes[row["id"]],
        }
        classified[obj_id].append(row)
    for row in around.annotations:
        obj_id = row["obj_id"]
        row |= {"obj_id": names[obj_id], "groups": around.groups_in(row.pop("audience__key")), "type": "source"}
        annotated[obj_id].append(row)
    return classified, annotated


def tags_said(around: surroundings.Surroundings, names: dict[int, str]) -> dict[int, list[Row]]:
    """By obj, its tags."""
    found = defaultdict(list)
    for row in around.tags:
        found[row["obj_id"]].append(row | {"obj_id": names[row["obj_id"]]})
    return found


def _galaxies(viewer: Viewer, obj: Obj) -> list[str] | None:
    """Names of galaxies close by; None where there are none."""
    if obj.ra is None or obj.dec is None:
        return None
    near = galaxies.around(viewer, obj.ra, obj.dec, galaxies.NEARBY)
    return list(dict.fromkeys(galaxy.name for galaxy, _ in near)) or None


SAME_PLACE = 4.0
"""Separation in arcsec within which saved objs are likely the same."""


def duplicates(viewer: Viewer, obj: Obj) -> list[Row]:
    """Other objs saved to the viewer's groups at the same place."""
    if obj.ra is None or obj.dec is None:
        return []
    near = objs_queries.in_cone(obj.ra, obj.dec, SAME_PLACE)
    near.pop(obj.pk, None)
    if not near:
        return []
    saved = Source.objects.visible_to(viewer).filter(active=True, obj__in=near).values("obj_id")
    rows = Obj.objects.filter(pk__in=saved).values_list("pk", "name", "ra", "dec")
    found = [{"obj_id": name, "ra": ra, "dec": dec, "separation": near[pk]} for pk, name, ra, dec in rows]
    return sorted(found, key=lambda row: row["separation"])
