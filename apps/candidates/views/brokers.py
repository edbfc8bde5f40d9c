"""Brokers: connecting to them, asking them, saving what they know."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.groups.queries import groups_by_membership
from apps.groups.queries import streams as all_streams
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.astro.sky import parse_position
from skyportal.outside import Absent, Unreachable
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import brokers as actions
from ..actions import feeds
from ..brokers import drivers
from ..brokers.points import plainly
from ..forms import SettingsForm
from ..plots import broker_still
from ..queries import asking
from ..queries import brokers as queries
from ..queries.packets import need_operator

KINDS = ("new", "ref", "sub")


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """The brokers this site is connected to, and for operators those it could be."""
    viewer = request.viewer
    rows = [{"broker": row, "shown": queries.shown(viewer, row), "driver": queries.driver_of(row),
             "ways": queries.ways(row)} for row in queries.brokers(viewer)]  # fmt: skip
    kinds = sorted((one.label, one.key) for one in drivers) if viewer.sees_all else []
    return render(request, "candidates/brokers.html", {"rows": rows, "kinds": kinds})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: ViewerRequest, key: str) -> HttpResponse:
    """Connect to a broker of one kind."""
    need_operator(request.viewer)
    if key not in drivers:
        raise NotVisible("There is no such kind of broker.", status=404)
    driver = drivers[key]
    form = SettingsForm(driver, {}, request.POST or None, initial={"name": driver.label})
    if request.method == "POST" and form.is_valid():
        data = {"name": form.cleaned_data["name"], "broker_classname": driver.classname, "altdata": form.settings}
        try:
            return redirect("broker", actions.create_broker(request.viewer, data).pk)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "driver": driver({})}
    return render(request, "candidates/broker_new.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def page(request: ViewerRequest, broker_id: int) -> HttpResponse:
    """One broker: ask it; for operators its settings and what is listened to. A POST changes the settings."""
    viewer = request.viewer
    broker = queries.get_broker(viewer, broker_id, status=404)
    form = None
    if viewer.sees_all:
        given = request.POST if request.method == "POST" else None
        form = SettingsForm(drivers[broker.driver], broker.settings, given, initial={"name": broker.name})
    if request.method == "POST":
        need_operator(viewer)
        assert form is not None
        if form.is_valid():
            try:
                actions.edit_broker(viewer, broker_id, {"name": form.cleaned_data["name"], "altdata": form.settings})
                return redirect("broker", broker_id)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
    context = {
        "broker": broker, "shown": queries.shown(viewer, broker), "driver": queries.driver_of(broker), "form": form,
        "feeds": queries.feeds(viewer, broker), "streams": all_streams(viewer) if viewer.sees_all else [],
        "q": request.GET.get("q", ""), **queries.ways(broker),
    }  # fmt: skip
    return render(request, "candidates/broker.html", context, status=400 if form and form.errors else 200)


@login_required
@require_GET
def search(request: ViewerRequest, broker_id: int) -> HttpResponse:
    """What a broker finds by a name or around a place."""
    viewer, words = request.viewer, request.GET.get("q", "").strip()
    broker = queries.get_broker(viewer, broker_id, status=404)
    context: dict[str, Any] = {"broker": broker, "q": words, "asked": bool(words)}
    try:
        if words:
            context["found"] = _found(request, broker, words)
    except Refusal as refusal:
        context |= _problem(broker, words, refusal)
    return render(request, "candidates/_broker_found.html", context)


def _problem(broker: Any, name: str, refusal: Refusal) -> dict[str, str]:
    """Why there is no answer, in words that tell a broker that is down from an object that it does not know."""
    if isinstance(refusal, Absent):
        return {"problem": f"{broker.name} knows no {name}."}
    if isinstance(refusal, Unreachable):
        return {"problem": refusal.message, "problem_title": f"{broker.name} gave no answer; it may later."}
    return {"problem": refusal.message}


def _found(request: ViewerRequest, broker: Any, words: str) -> list[dict[str, Any]]:
    viewer = request.viewer
    queries.get_broker(viewer, broker.pk, active=True)
    at = parse_position(words)
    if at is None:
        known = asking.known(viewer, broker, words, {})
        rows = [{"name": known.name, "ra": known.ra, "dec": known.dec, "separation": None, "facts": known.facts}]
    else:
        radius = _radius(request.GET.get("radius", ""))
        near = asking.near(viewer, broker, *at, radius, {})
        rows = [{"name": one.name, "ra": one.ra, "dec": one.dec, "separation": one.separation, "facts": one.facts}
                for one in near]  # fmt: skip
    here = asking.names_here(viewer, [str(row["name"]) for row in rows])
    return [row | {"here": row["name"] in here} for row in rows]


def _radius(text: str) -> float:
    try:
        radius = float(text or 5)
    except ValueError:
        radius = -1
    if not 0 < radius <= 3600:
        raise Invalid("The radius must be a number of arcsec, above 0 and at most 3600.")
    return radius


@login_required
@require_GET
def one(request: ViewerRequest, broker_id: int, name: str) -> HttpResponse:
    """An object as a broker knows it."""
    viewer = request.viewer
    broker = queries.get_broker(viewer, broker_id, status=404)
    context: dict[str, Any] = {"broker": broker, "name": name}
    try:
        queries.get_broker(viewer, broker_id, active=True)
        known = asking.known(viewer, broker, name, {}, refresh="refresh" in request.GET)
        context |= {
            "known": known,
            "facts": plainly(known.facts),
            "still": broker_still(known),
            "detections": sum(1 for point in known.points if point.flux == point.flux),
            "here": bool(asking.names_here(viewer, [known.name])),
            "groups": [group for group in groups_by_membership(viewer)[0] if not group.single_user_group],
            "has_pictures": queries.capabilities(drivers[broker.driver])["get_cutouts"],
        }
    except Refusal as refusal:
        context |= _problem(broker, name, refusal)
    return render(request, "candidates/broker_object.html", context, status=404 if "problem" in context else 200)


@login_required
@require_GET
def pictures(request: ViewerRequest, broker_id: int, name: str) -> HttpResponse:
    """The cutouts of an object's newest alert, fetched when they come into view."""
    viewer = request.viewer
    broker = queries.get_broker(viewer, broker_id, active=True)
    context: dict[str, Any] = {"name": name, "cutouts": [{"kind": kind, "url": ""} for kind in KINDS]}
    try:
        found = asking.pictures(viewer, broker, name, {})
        context["cutouts"] = [{"kind": kind, "url": _picture(found.get(kind), kind)} for kind in KINDS]
    except Refusal as refusal:
        context["problem"] = refusal.message
    return render(request, "candidates/_broker_pictures.html", context)


def _picture(data: bytes | None, kind: str) -> str:
    from ..alerts.cutouts import png  # brings Arrow

    if not data:
        return ""
    try:
        drawn = png(data, "linear" if kind == "sub" else "asinh")
    except ValueError:
        return ""
    return "data:image/png;base64," + base64.b64encode(drawn).decode()


@login_required
@require_POST
def save(request: ViewerRequest, broker_id: int, name: str) -> HttpResponse:
    """Save an object with all that the broker knows of it."""
    chosen = [int(pk) for pk in request.POST.getlist("group_ids") if pk.isdecimal()]
    from ..actions.saving import save_from_broker  # brings Arrow

    saved = save_from_broker(request.viewer, broker_id, name, chosen)
    return redirect("source", saved["id"])


@login_required
@require_POST
def switch(request: ViewerRequest, broker_id: int) -> HttpResponse:
    """Activate, which tries the connection, or not."""
    try:
        actions.edit_broker(request.viewer, broker_id, {"active": request.POST.get("on") == "1"})
    except Invalid as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="error")
    answer = HttpResponse(status=204)
    answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def attempt(request: ViewerRequest, broker_id: int) -> HttpResponse:
    """Try the connection now."""
    broker = actions.try_broker(request.viewer, broker_id)
    if broker.trouble:
        return with_toast(HttpResponse(status=204), broker.trouble, level="error")
    return with_toast(HttpResponse(status=204), f"{broker.name} answers.")


@login_required
@require_POST
def delete(request: ViewerRequest, broker_id: int) -> HttpResponse:
    actions.delete_broker(request.viewer, broker_id)
    return redirect("brokers")


@login_required
@require_http_methods(["GET", "POST"])
def listening(request: ViewerRequest, broker_id: int) -> HttpResponse:
    """What is listened to of a broker; a POST adds, pauses, resumes or removes a feed."""
    viewer, problem = request.viewer, ""
    need_operator(viewer)
    broker = queries.get_broker(viewer, broker_id, status=404)
    if request.method == "POST":
        try:
            _change_feed(request, broker_id)
        except Refusal as refusal:
            problem = refusal.message
    context = {"broker": broker, "feeds": queries.feeds(viewer, broker), "streams": all_streams(viewer),
               "problem": problem, **queries.ways(broker)}  # fmt: skip
    return render(request, "candidates/_feeds.html", context)


def _change_feed(request: ViewerRequest, broker_id: int) -> None:
    viewer, deed, number = request.viewer, request.POST.get("deed", ""), request.POST.get("feed", "")
    if deed == "add":
        stream = request.POST.get("stream", "")
        asks = request.POST.get("way") == "ask"
        stream_id = int(stream) if stream.isdecimal() else 0
        feeds.add_feed(viewer, broker_id, stream_id, request.POST.get("topics", ""), asks=asks)
    elif number.isdecimal() and deed in ("pause", "resume"):
        feeds.pause_feed(viewer, int(number), deed == "pause")
    elif number.isdecimal() and deed == "remove":
        feeds.remove_feed(viewer, int(number))
    else:
        raise Invalid("Say what to do with which feed.")
