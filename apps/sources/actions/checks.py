"""What every remark is asked before it is kept: may they, with whom, and is it plain text or data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from django.db import connection

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotAllowed, Unpermitted
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer

from ..models import Obj

MOST_TEXT = 100_000
MOST_DEPTH = 40
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def need(viewer: Viewer, acl: str) -> None:
    """Doors ask this as well; here it holds for every one of them."""
    if not viewer.may(acl):
        raise Unpermitted(f"This needs the permission {acl!r}; ask an administrator for it.")


def need_right(viewer: Viewer, row: Any, deed: str, noun: str, whose: str = "its author") -> None:
    """Refuse to ``edit`` or ``delete`` a row that its policy keeps from the viewer; ``whose`` right it is, in words."""
    rows = type(row).objects
    allowed = {"edit": rows.changeable_by, "delete": rows.deletable_by}[deed]
    if not allowed(viewer).filter(pk=row.pk).exists():
        raise NotAllowed(f"Only {whose} may {deed} this {noun}.")


def person(viewer: Viewer) -> int:
    """Who signs it; the platform itself says nothing in anybody's name."""
    if viewer.user_id is None:
        raise NotAllowed("Sign in to do this.")
    return viewer.user_id


def asked_groups(viewer: Viewer, group_ids: Any) -> list[int]:
    """Groups somebody named, all of which they belong to; none where nothing was named."""
    if group_ids in (None, "", []):
        return []
    if not isinstance(group_ids, list | tuple):
        group_ids = [group_ids]
    try:
        ids = {int(group) for group in group_ids}
    except (TypeError, ValueError, OverflowError):
        raise Invalid("Invalid group_ids: must be a list of group ids.") from None
    if any(not 0 < group < 2**31 for group in ids):
        raise Invalid(f"Cannot find group_ids {sorted(ids)}. Please remove and try again.")
    return groups.accessible_group_ids(viewer, ids)


def audience_of(asked: Iterable[int], default: Iterable[int]) -> Audience:
    return Audience.objects.of(list(asked) or list(default))


def text(value: Any, name: str, *, most: int = MOST_TEXT) -> str:
    """Words that the database can keep; the message names the field."""
    if value is None or value == "":
        raise Invalid(f"Missing required parameter: `{name}`.")
    if not isinstance(value, str | int | float):
        raise Invalid(f"Invalid {name}: must be text.")
    words = str(value)
    if len(words) > most:
        raise Invalid(f"Invalid {name}: at most {most} characters.")
    if not words.strip() or not storable(words):
        raise Invalid(f"Invalid {name}: must be text without control characters.")
    return words


def optional_text(value: Any, name: str, *, most: int = 1000) -> str | None:
    return None if value in (None, "") else text(value, name, most=most)


def as_flag(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name)
    if value not in (None, True, False):
        raise Invalid(f"Invalid {name}: must be true or false.")
    return bool(value)


def storable(words: str) -> bool:
    """PostgreSQL keeps neither NUL nor half a surrogate pair. A sky map in base64 has 70 million characters, so none is
    looked at by itself.
    """
    return "\x00" not in words and (words.isascii() or _HALF_A_PAIR.search(words) is None)


def plain(value: Any, depth: int = 0) -> Any:
    """Data as JSON can hold it: numpy's numbers as Python's, NaN and infinities as null, no NUL."""
    if depth > MOST_DEPTH:
        raise Invalid(f"Data may be nested at most {MOST_DEPTH} deep.")
    if isinstance(value, dict):
        return {plain(str(key)): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist(), depth + 1)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value if storable(value) else value.encode("utf-8", "replace").decode().replace("\x00", "")
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def lock(obj_ids: Iterable[int]) -> None:
    """Let two who say the same of an obj at once wait for each other; in order, so that nobody waits in a circle."""
    list(Obj.objects.filter(pk__in=list(obj_ids)).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def known_by_audience(pairs: Iterable[tuple[int, int]]) -> None:
    """All groups and streams of these audiences may know of these objs: pairs of (obj, audience)."""
    pairs = sorted(set(pairs))
    if not pairs:
        return
    obj_ids, audience_ids = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into sources_objreader (obj_id, kind, ref)"
            " select distinct pair.obj_id, member.kind, member.ref"
            " from unnest(%s::int[], %s::int[]) as pair(obj_id, audience_id)"
            " join access_audiencemember member on member.audience_id = pair.audience_id"
            " order by 1, 2, 3 on conflict do nothing",
            [obj_ids, audience_ids],
        )
