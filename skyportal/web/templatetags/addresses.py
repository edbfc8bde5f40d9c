"""Tags and filters that every template has: this page's address with something changed, columns that sort, pages."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.http import HttpRequest

register = template.Library()


def address(request: HttpRequest, pairs: list[tuple[str, str]]) -> str:
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


PARTS = ("rows", "inside")
"""Parameters by which a page asks for a part of itself; what is followed from that part is a whole page again."""


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    return [(key, value) for key, values in request.GET.lists() if key not in PARTS for value in values]


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """This page's address with parameters replaced; None or "" removes one. The page number starts over."""
    request = context["request"]
    changes.setdefault("page", None)
    kept = [(key, value) for key, value in pairs_of(request) if key not in changes]
    for key, value in changes.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        kept += [(key, str(one)) for one in values if one not in (None, "")]
    return address(request, kept)


@register.simple_tag(takes_context=True)
def without(context: template.Context, key: str, value: Any = None, also: Collection[str] = ()) -> str:
    """This page's address without a parameter, or without one of its values: what a chip's × does. ``also``: those that
    make no sense without it."""
    request = context["request"]
    gone = {"page", *also}
    kept = [(k, v) for k, v in pairs_of(request) if k not in gone]
    return address(request, [(k, v) for k, v in kept if k != key or (value is not None and v != str(value))])


@register.inclusion_tag("web/_sort.html", takes_context=True)
def sort_header(
    context: template.Context,
    field: str,
    label: str,
    first: str = "asc",
    numeric: bool = False,
    fold: bool = False,
    at: str = "",
) -> dict[str, Any]:
    """A column's header that sorts by it: `sort=field` or `sort=-field`; `first` is what the first click does.

    `numeric` aligns it right; `fold` hides it on a phone, as its cells' class `fold` does. `at`: the address of what is
    sorted, where it is not that which was asked for.
    """
    now = context["request"].GET.get("sort", context.get("default_sort", ""))
    state = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    other = {"ascending": f"-{field}", "descending": field}
    target = other.get(state, field if first == "asc" else f"-{field}")
    url = with_query(context, sort=target)
    if at:
        url = at + url.removeprefix(context["request"].path)
    return {"field": field, "label": label, "state": state, "url": url, "numeric": numeric, "fold": fold}


@register.filter
def page_window(page: Page, around: int = 2) -> list[int | None]:
    """Page numbers to show: the ends, a few around this one, None where some are left out."""
    last = page.paginator.num_pages
    shown = sorted({1, last, *range(max(page.number - around, 1), min(page.number + around, last) + 1)})
    window: list[int | None] = []
    for before, number_ in zip([0, *shown], shown, strict=False):
        if number_ - before == 2:
            window.append(number_ - 1)
        elif number_ - before > 2:
            window.append(None)
        window.append(number_)
    return window
