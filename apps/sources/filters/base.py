"""How a parameter of the sources list is hung: a function that narrows a queryset of objs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db.models import QuerySet

from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, text

from ..models.listed import ListedObjs
from ..slots import ObjFilter, obj_filters, unchanged

Asked = dict[str, Any]
Narrow = Callable[[QuerySet, Any, Viewer, Asked], QuerySet]


def offers(name: str, parse: Callable[[str], Any] = text, help: str = "", default: Any = None) -> Callable:
    """Hang a function into the list under the name of its parameter."""

    def hang(narrow: Narrow) -> Narrow:
        obj_filters.plug(name)(ObjFilter(Param(name, parse, default, help), narrow))
        return narrow

    return hang


def qualifies(name: str, parse: Callable[[str], Any] = text, help: str = "", default: Any = None) -> None:
    """A parameter that only qualifies another."""
    offers(name, parse, help, default)(unchanged)


def with_any(objs: QuerySet, rows: QuerySet) -> QuerySet:
    """Objs that any of these rows is of, where nobody can guess how many: rows that look into JSON. Asked late."""
    return cast(ListedObjs, objs).asked_late(rows, any=True)


def without_any(objs: QuerySet, rows: QuerySet) -> QuerySet:
    """Objs that none of these rows is of. Asked late."""
    return cast(ListedObjs, objs).asked_late(rows, any=False)
