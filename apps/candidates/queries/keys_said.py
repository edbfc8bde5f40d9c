"""Which keys objs carry besides their columns."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection

from apps.sources.models import Obj
from skyportal.access.viewer import Viewer

NEWEST = 20_000
"""Objs that are looked through: a key that none of the newest has is not worth offering."""
FRESH = 600
MOST = 2_000
_TYPES = {"boolean": "bool", "array": "list"}

_KEYS = """
    select distinct on (key) key, kind from (
        select key, jsonb_typeof(value) kind, count(*) n from ({inner}) carried,
            jsonb_each(case jsonb_typeof(altdata) when 'object' then altdata else '{{}}' end) pair
        where jsonb_typeof(value) <> 'null' group by key, kind
    ) counted order by key, n desc limit %s
"""


def altdata_keys(viewer: Viewer) -> dict[str, str]:
    """Keys with their types; where objs disagree about one, the type of most. One query, kept for ten minutes."""
    address = f"altdata-keys:{'all' if viewer.sees_all else viewer.user_id}"
    return cache.get_or_set(address, lambda: _look(viewer), FRESH) or {}


def _look(viewer: Viewer) -> dict[str, str]:
    rows = Obj.objects.visible_to(viewer).exclude(altdata=None).order_by("-pk").values("altdata")[:NEWEST]
    inner, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_KEYS.format(inner=inner), [*params, MOST])
        return {key: _TYPES.get(kind, kind) for key, kind in cursor.fetchall()}
