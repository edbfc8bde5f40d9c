"""How a parameter of the sources list is hung: a function that narrows a queryset of objs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Exists, Func, OuterRef, QuerySet, Subquery

from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, text

from ..queries.statistics import Holds
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
    """Objs that any of these rows is of.

    For rows of which nobody can guess how many there are, as those that look into JSON: a join would begin with them.
    So they are asked of each obj that the other conditions leave, or, where these leave many, of all objs at once.
    """
    return objs.filter(Holds(Exists(rows.order_by().filter(obj=OuterRef("pk")))))


class _IsAbsent(Func):
    template = "(%(expressions)s) IS NULL"
    output_field = BooleanField()


def without_any(objs: QuerySet, rows: QuerySet) -> QuerySet:
    """Objs that none of these rows is of; always asked of each obj that is left, never by gathering all the rows."""
    first = rows.order_by().filter(obj=OuterRef("pk")).values("pk")[:1]
    return objs.filter(_IsAbsent(Subquery(first)))
