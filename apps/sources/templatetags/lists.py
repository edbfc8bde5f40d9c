"""How a cell of a list of sources is drawn.

Here and not in the template: a page has a thousand cells, and choosing among ten kinds of them by the template's own
means took half of the time that a page takes. For the same reason by f-strings, in which whatever is not markup goes
through `_escaped`: `format_html` takes five times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.template import Library
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from skyportal.web.templatetags.sky import ago, cell, sexagesimal

from ..queries.columns import Column

register = Library()
Drawing = tuple[str, Any]
"""Classes of the cell and what stands in it."""


def _escaped(value: Any) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))


def _text(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    return "", "" if value is None else value


def _position(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    return "coords", sexagesimal(value[0], value[1], 1)


def _number(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    return "num", cell(value, column.digits)


def _mjd(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    return "num", ago(value)


def _time(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    return "", ago(value)


def _groups(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    names = (_escaped(group["nickname"] or group["name"]) for group in value or ())
    return "", _in_a_row(f'<span class="badge group">{name}</span>' for name in names)


def _tags(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    worn = ((_swatch(tag["color"]), _escaped(tag["name"])) for tag in value or ())
    return "", _in_a_row(f'<span class="badge tag">{swatch}{name}</span>' for swatch, name in worn)


def _swatch(color: str | None) -> str:
    return f'<i class="swatch" style="--swatch: {_escaped(color)}"></i>' if color else ""


def _list_tags(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    form = get_template("sources/_list_tags.html")
    return "", form.render({"name": row["id"], "there": row["there"], "value": value})


def _words(column: Column, value: Any, row: dict[str, Any]) -> Drawing:
    return "", ", ".join(value or ())


def _in_a_row(badges: Iterable[str]) -> SafeString:
    return mark_safe(f'<span class="row-of">{"".join(badges)}</span>')  # noqa: S308 - escaped by those above


_KINDS: dict[str, Callable[[Column, Any, dict[str, Any]], Drawing]] = {
    "position": _position, "number": _number, "mjd": _mjd, "time": _time, "groups": _groups, "tags": _tags,
    "list_tags": _list_tags, "words": _words, "text": _text,
}  # fmt: skip


@register.simple_tag
def list_cells(row: dict[str, Any]) -> SafeString:
    """The cells of a source's row; the name is its header."""
    return mark_safe("".join(_drawn(column, value, row) for column, value in row["cells"]))  # noqa: S308


def _drawn(column: Column, value: Any, row: dict[str, Any]) -> str:
    if column.kind == "name":
        return f'<th scope="row"><a href="{_escaped(row["there"])}">{_escaped(value)}</a></th>'
    classes, content = _KINDS[column.kind](column, value, row)
    if column.fold:
        classes = f"{classes} fold".strip()
    return f'<td class="{classes}">{_escaped(content)}</td>'
