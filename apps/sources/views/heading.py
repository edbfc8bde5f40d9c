"""The head of a source page, edited where it stands: redshift, tags, host; each deed is undone by its opposite."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid
from skyportal.api.params import key
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import galaxies, objs, tags
from ..actions.checks import need
from ..queries import heads, pages
from ..queries.objs import get_obj

REDSHIFT = ("redshift", "redshift_error", "redshift_origin")


def _answer(request: ViewerRequest, name: str, message: str = "", undo: str = "", **query: Any) -> HttpResponse:
    """The head as it is now; it finds its place also when an undo asked for it."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    answer = render(request, "sources/_head_there.html", {"obj": obj, "head": pages.header(viewer, obj)})
    if not message:
        return answer
    given = {k: v for k, v in query.items() if v is not None}
    return with_toast(answer, message, undo_url=f"{reverse(undo, args=[name])}?{urlencode(given)}" if undo else "")


@login_required
@require_GET
def head(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    return render(request, "sources/_head_inside.html", {"obj": obj, "head": pages.header(viewer, obj)})


@login_required
@require_http_methods(["GET", "POST"])
def redshift(request: ViewerRequest, name: str) -> HttpResponse:
    """Its form with what was said before; or a new value, from the form or an undo."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    if request.method == "GET":
        values = {field: getattr(obj, field) for field in REDSHIFT}
        return render(
            request, "sources/_redshift.html", {"obj": obj, "values": values, "history": heads.redshifts(obj)}
        )
    need(viewer, "Upload data")
    given = request.POST if "redshift" in request.POST else request.GET
    if "redshift" not in given:
        raise Invalid("Give a redshift, or leave the field empty to say that it is unknown.")
    try:
        columns = _columns({field: given.get(field, "").strip() for field in REDSHIFT})
    except Invalid as problem:
        context = {"obj": obj, "values": given, "history": heads.redshifts(obj), "problem": problem.message}
        return render(request, "sources/_redshift.html", context)
    before = {field: getattr(obj, field) for field in REDSHIFT} | {"redshift": _text(obj.redshift)}
    if not objs.change_obj(viewer, obj, columns):
        return _answer(request, name)
    value = columns["redshift"]
    message = "The redshift is unknown now." if value is None else f"Redshift {value:g}."
    return _answer(request, name, message, "source-redshift", **before)


def _text(value: float | None) -> str:
    return "" if value is None else repr(value)


def _columns(texts: dict[str, str]) -> dict[str, Any]:
    columns: dict[str, Any] = {"redshift_origin": texts["redshift_origin"] or None}
    for field, words in (("redshift", "The redshift"), ("redshift_error", "Its error")):
        try:
            columns[field] = float(texts[field].replace(",", ".")) if texts[field] else None
        except ValueError:
            raise Invalid(f"{words} must be a number, as 0.0647; {texts[field][:40]!r} is not one.") from None
    if columns["redshift"] is not None and not -0.1 <= columns["redshift"] <= 20:
        raise Invalid("The redshift must be between -0.1 and 20.")
    if columns["redshift_error"] is not None and not 0 <= columns["redshift_error"] <= 10:
        raise Invalid("Its error must be between 0 and 10.")
    return objs.clean_columns(columns)


def _id(request: ViewerRequest, name: str) -> int:
    try:
        return key(request.POST.get(name) or request.GET.get(name) or "")
    except ValueError:
        raise Invalid("Choose a tag.") from None


@login_required
@require_http_methods(["GET", "POST"])
def tag(request: ViewerRequest, name: str) -> HttpResponse:
    """Tags one may put on it; or put one on, which may be new to the site."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    if request.method == "GET":
        worn = heads.tags_of(viewer, obj)
        context = {"obj": obj, "options": heads.tags_to_choose(viewer, worn), "may_make": viewer.may("Manage sources")}
        return render(request, "sources/_tag_choice.html", context)
    new = request.POST.get("name", "").strip()
    option_id = tags.create_option(viewer, new).pk if new else _id(request, "option")
    made, _ = tags.tag_obj(viewer, name, option_id)
    return _answer(request, name, f"Tagged {made.option.name}.", "source-untag", tag=made.pk)


@login_required
@require_POST
def untag(request: ViewerRequest, name: str) -> HttpResponse:
    gone = tags.untag_obj(request.viewer, _id(request, "tag"))
    return _answer(request, name, f"No longer tagged {gone.option.name}.", "source-tag", option=gone.option_id)


@login_required
@require_http_methods(["GET", "POST"])
def host(request: ViewerRequest, name: str) -> HttpResponse:
    """Galaxies around it; or name one the host, or none."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    if request.method == "GET":
        return render(request, "sources/_host_choice.html", {"obj": obj, "hosts": heads.hosts_to_choose(viewer, obj)})
    before = obj.host.name if obj.host else ""
    chosen = (request.POST.get("galaxy") or request.GET.get("galaxy") or "").strip()
    if chosen:
        message = f"Host {galaxies.set_host(viewer, obj, chosen).name}."
    else:
        galaxies.clear_host(viewer, obj)
        message = "It has no host now."
    return _answer(request, name, message, "source-host", galaxy=before)
