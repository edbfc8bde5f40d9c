"""Freezing photometry: keeping points as they are, to be cited."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from django.db import transaction

from apps.groups import queries as groups
from skyportal.access.errors import Conflict, Invalid
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import PhotometryFrozen
from ..models import FrozenPhotometry, Obj, Photometry
from ..queries import frozen as queries
from ..queries.objs import get_obj
from .checks import need, optional_text, person, text

MAY = "Upload data"
MOST = 100_000
"""Points that one version may hold."""


@transaction.atomic
def freeze(viewer: Viewer, obj_name: str, data: Mapping[str, Any]) -> str:
    """Keep points that the viewer sees, with the values they have now; the key of the version.

    ``query`` chooses points as the table of the source page does; ``group_id``: only points that this group reads.
    """
    need(viewer, MAY)
    author = person(viewer)
    obj = get_obj(viewer, obj_name)
    name = text(data.get("name"), "name", most=200)
    note = optional_text(data.get("note"), "note", most=20_000) or ""
    # Held until this is written: values and audiences belong together, and somebody may be changing them.
    held = Photometry.objects.filter(obj=obj).order_by("pk").select_for_update(no_key=True)
    audience_of = dict(held.values_list("pk", "audience_id"))
    curve = queries.chosen(viewer, obj, _query(data.get("query")), _group(data.get("group_id")))
    curve = curve.take(np.isin(curve.id, list(audience_of)))
    if len(curve) > MOST:
        raise Invalid(f"At most {MOST} points can be frozen in one version; choose fewer.")
    columns = curve.plain(queries.UNITS)
    audiences = {audience_of[pk] for pk in columns["id"]}
    told = orjson.dumps({"object": obj.name, "points": columns}, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(told).hexdigest()
    _refuse_twice(viewer, obj, digest, audiences)
    version = FrozenPhotometry.objects.create(
        key=secrets.token_hex(6), obj=obj, obj_name=obj.name, name=name, note=note, author_id=author,
        author_name=_called(author), count=len(curve), hash=digest, data=columns,
    )  # fmt: skip
    version.audiences.set(audiences)
    if not queries.of_obj(viewer, obj).filter(pk=version.pk).exists():
        raise Invalid("Some of these points are shared only with groups or streams that you are not in; choose others.")
    record(PhotometryFrozen(obj.pk, obj.name, author, version.key, version.count))
    return version.key


def _called(user_id: int) -> str:
    user = groups.users(Viewer.system("names in citations")).get(pk=user_id)
    return user.get_full_name() or user.username


def _query(given: Any) -> dict[str, str]:
    """Without a query, every point."""
    if given in (None, ""):
        return {"all": "1"}
    if not isinstance(given, Mapping):
        raise Invalid("Invalid query: must be an object, as the address of the table of a source.")
    return {str(key): str(value) for key, value in given.items()}


def _group(given: Any) -> int | None:
    if given in (None, ""):
        return None
    if not str(given).isdecimal() or len(str(given)) > 9:
        raise Invalid(f"Invalid group_id: {str(given)[:40]}")
    return int(given)


def _refuse_twice(viewer: Viewer, obj: Obj, digest: str, audiences: set[int]) -> None:
    """The same points for the same readers have a key already: two of them would only confuse who cites."""
    for other in queries.of_obj(viewer, obj).filter(hash=digest).prefetch_related("audiences"):
        if {audience.pk for audience in other.audiences.all()} == audiences:
            raise Conflict(f"Exactly these points are frozen already: {other.key} ({other.name}).", status=400)
