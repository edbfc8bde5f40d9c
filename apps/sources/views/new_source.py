"""A source that somebody names by hand: a name, a place, and the groups that will see it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from skyportal.access.errors import Invalid, Unpermitted
from skyportal.access.viewer import Viewer
from skyportal.api.params import number
from skyportal.astro import sky
from skyportal.web.requests import ViewerRequest

from ..actions import objs as obj_actions
from ..actions import sources as actions
from ..queries import shown
from ..queries.details import SAME_PLACE
from ..queries.objs import get_obj, near


@login_required
@require_http_methods(["GET", "POST"])
def new_source(request: ViewerRequest) -> HttpResponse:
    """The form; what lies there already is shown before a second source is made of it."""
    viewer, given = request.viewer, request.POST
    if not viewer.may("Upload data"):
        raise Unpermitted("This needs the permission 'Upload data'; ask an administrator for it.", status=403)
    context: dict[str, Any] = {
        "given": given or request.GET,
        "groups": shown.my_groups(viewer),
        "chosen": given.getlist("group_ids"),
    }
    if request.method == "POST":
        try:
            name, columns = _read(given)
            context["there"] = [] if given.get("anyway") else _there(viewer, name, columns)
            if not context["there"]:
                return _made(request, name, columns)
        except Invalid as problem:
            context["error"] = problem.message
    status = 400 if "error" in context else 200
    return render(request, "sources/new_source.html", context, status=status)


def _read(given: Any) -> tuple[str, dict[str, Any]]:
    """Name and columns as typed; Invalid says what to write instead."""
    if not given.get("name", "").strip():
        raise Invalid("Give it a name.")
    name = obj_actions.checked_name(given["name"])
    position = sky.parse_position(given.get("position", "").strip())
    if position is None:
        raise Invalid("Write the position as RA and Dec, 13:30:01.21 +13:24:40.3 or 202.50505 13.41119.")
    columns: dict[str, Any] = {"ra": position[0], "dec": position[1]}
    if redshift := given.get("redshift", "").strip():
        try:
            columns["redshift"] = number(redshift)
        except ValueError:
            raise Invalid(f"The redshift must be a number, as 0.0647; {redshift[:40]!r} is not one.") from None
    return name, obj_actions.clean_columns(columns)


def _there(viewer: Viewer, name: str, columns: dict[str, Any]) -> list[tuple[str, float]]:
    """Names and distances, arcsec, of what the viewer sees at this place under another name."""
    found = near(viewer, columns["ra"], columns["dec"], SAME_PLACE, most=8)
    return [(obj.name, separation) for obj, separation in found if obj.name != name]


def _made(request: ViewerRequest, name: str, columns: dict[str, Any]) -> HttpResponse:
    groups = [int(pk) for pk in request.POST.getlist("group_ids") if pk.isdecimal() and len(pk) < 10]
    if not groups:
        raise Invalid("Choose the groups that it is saved to.")
    actions.post_source(request.viewer, name, columns, group_ids=groups, skip={}, savers={})
    obj = get_obj(request.viewer, name)
    ra, dec = obj.ra or 0.0, obj.dec or 0.0
    if (apart := float(sky.separation(ra, dec, columns["ra"], columns["dec"]))) > SAME_PLACE:
        messages.warning(request, f"{name} was known already, {apart:,.0f}″ from there. It is saved where it is.")
    else:
        messages.success(request, f"{name} is saved.")
    return redirect("source", name)
