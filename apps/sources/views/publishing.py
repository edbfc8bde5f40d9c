"""The panel in which versions of a source are published, listed and withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import publishing as acting
from ..queries import frozen, publishing, shown
from ..queries.objs import get_obj
from .remarks import done, fragment

KINDS = [
    ("include_photometry", "Photometry"), ("include_spectroscopy", "Spectra"),
    ("include_classifications", "Classifications"),
    ("include_redshift", "Redshift"), ("include_summary", "Summary"), ("include_thumbnails", "Cutouts"),
]  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def public_pages(request: ViewerRequest, name: str) -> HttpResponse:
    if request.method == "POST":
        return _publish(request, name)
    return _pages(request, name)


def _pages(request: ViewerRequest, name: str, **more: Any) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    may = viewer.may("Manage sources")
    streams = groups.streams(viewer).values_list("pk", "name") if may else []
    context = {
        "obj": obj,
        "pages": publishing.versions(obj),
        "may_publish": may,
        "kinds": KINDS,
        "groups": shown.my_groups(viewer) if may else [],
        "streams": [row for row in streams if viewer.sees_all or row[0] in viewer.stream_ids],
        "frozen": list(frozen.of_obj(viewer, obj)[:100]) if may else [],
        "releases": [r for r in publishing.release_rows(viewer) if r["group_ids"]] if may else [],
    }
    return fragment(request, "public-pages", context | more, template="public_pages")


@login_required
@require_http_methods(["GET", "POST"])
def releases(request: ViewerRequest) -> HttpResponse:
    """Named sets of public pages, and making one."""
    viewer, given, error = request.viewer, request.POST, ""
    if request.method == "POST":
        data: dict[str, Any] = {key: given.get(key, "") for key in ("name", "link_name", "description")}
        data |= {key: key in given for key in ("is_visible", "auto_publish_enabled")}
        data["group_ids"] = [int(pk) for pk in given.getlist("group_ids") if pk.isdecimal() and len(pk) < 10]
        try:
            acting.save_release(viewer, data)
            return redirect("releases")
        except Invalid as refusal:
            error = refusal.message
    may = viewer.may("Manage sources")
    context = {
        "releases": publishing.releases_listed(viewer),
        "may_release": may,
        "groups": shown.my_groups(viewer) if may else [],
        "given": given,
        "chosen": given.getlist("group_ids"),
        "error": error,
    }
    return render(request, "sources/releases.html", context, status=400 if error else 200)


def _publish(request: ViewerRequest, name: str) -> HttpResponse:
    form = request.POST
    options: dict[str, Any] = {kind: kind in form for kind, _ in KINDS}
    options |= {kind: [int(pk) for pk in form.getlist(kind) if pk.isdecimal()] for kind in ("groups", "streams")}
    options["frozen"] = form.get("frozen", "")
    release = form.get("release", "")
    try:
        page_id = acting.publish(request.viewer, name, options, int(release) if release.isdecimal() else None)
    except Refusal as refusal:
        if isinstance(refusal, NotVisible) or refusal.status in (401, 403):
            raise
        return _pages(request, name, error=refusal.message)
    return done(request, name, _pages(request, name), _said_of(publishing.held(page_id)))


_PLURALS = {"spectrum": "spectra", "class": "classes"}


def _said_of(held: list[tuple[int, str]]) -> str:
    """What went out, and a warning where something was meant to and nothing of it is shared with those chosen."""
    words = [f"{count:,} {kind if count == 1 else _PLURALS.get(kind, kind + 's')}" for count, kind in held]
    said = f"Published{' with ' + ', '.join(words) if words else ''}: anybody can see this version."
    if held and not any(count for count, _ in held):
        said += " Nothing of these is shared with the groups and streams chosen: withdraw it, and choose others."
    return said


@login_required
@require_POST
def withdraw(request: ViewerRequest, name: str, page_id: int) -> HttpResponse:
    acting.withdraw(request.viewer, page_id, name)
    return done(request, name, _pages(request, name), "Withdrawn; copies that others keep last five minutes.")
