"""The alert archive in the browser: search, a packet whole, when a place was observed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.astro.sky import parse_position
from skyportal.web.requests import ViewerRequest

from ..queries.streams import streams_of


def _nights(request: ViewerRequest) -> tuple[str, str]:
    first, last = (request.GET.get(name, "").replace("-", "") for name in ("first", "last"))
    for text in (first, last):
        if text and not (text.isdecimal() and len(text) == 8):
            raise Invalid("Give nights as dates.")
    return first, last or "99999999"


def _stream(request: ViewerRequest, streams: list) -> Any:
    """The stream that is asked for, or the first."""
    wanted = request.GET.get("stream", "")
    found = next((s for s in streams if str(s.pk) == wanted), None)
    if wanted and found is None:
        raise NotVisible("There is no such stream for you.", status=404)
    return found or (streams[0] if streams else None)


def _place(text: str) -> tuple[float, float]:
    place = parse_position(text)
    if place is None:
        raise Invalid("Write a place as 12:34:56.7 +12:34:56, or in degrees.")
    return place


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """Packets by object, place, night and condition."""
    viewer = request.viewer
    streams = streams_of(viewer)
    stream = _stream(request, streams)
    given = request.GET
    context: dict[str, Any] = {"streams": streams, "stream": stream, "given": given}
    if stream and any(given.get(name, "").strip() for name in ("object", "place", "condition", "first")):
        from ..queries import archived

        try:
            context["answer"] = archived.search(viewer, stream, _asked(request, archived))
        except Refusal as refusal:
            context["problem"] = refusal.message
    return render(request, "candidates/archive.html", context, status=400 if "problem" in context else 200)


def _asked(request: ViewerRequest, archived: Any) -> Any:
    given = request.GET
    first, last = _nights(request)
    asked = archived.Asked(
        given.get("object", "").strip(), first=first, last=last, condition=given.get("condition", "")
    )
    if given.get("place", "").strip():
        asked.ra, asked.dec = _place(given["place"])
        try:
            asked.radius = float(given.get("radius") or 5)
        except ValueError:
            raise Invalid("The radius must be a number of arcsec.") from None
    return asked


@login_required
@require_GET
def packet(request: ViewerRequest, stream_id: int, night: str, candid: str) -> HttpResponse:
    """One packet whole: its pictures and all its fields."""
    from ..queries import archived_packets

    kept = archived_packets.packet(request.viewer, stream_id, night, candid)
    trees = [archived_packets.tree(value, name) for name, value in kept.record.items()]
    plain = [one for one in trees if not one["parts"] and "text" in one]
    nested = [one for one in trees if "text" not in one]
    roles = archived_packets.ROLES if kept.has_pictures else ()
    return render(
        request, "candidates/archive_packet.html", {"kept": kept, "plain": plain, "nested": nested, "roles": roles}
    )


@login_required
@require_GET
def picture(request: ViewerRequest, stream_id: int, night: str, candid: str, role: str) -> HttpResponse:
    """A packet never changes, nor do its pictures."""
    from ..queries import archived_packets

    data = archived_packets.picture(request.viewer, stream_id, night, candid, role)
    return HttpResponse(data, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@login_required
@require_GET
def pointings(request: ViewerRequest) -> HttpResponse:
    """When a place was observed, and how deep, also where no alert was sent."""
    viewer = request.viewer
    streams = streams_of(viewer)
    stream = _stream(request, streams)
    context: dict[str, Any] = {"streams": streams, "stream": stream, "given": request.GET}
    if stream and request.GET.get("place", "").strip():
        from ..queries.pointings import visits

        try:
            ra, dec = _place(request.GET["place"])
            context |= {"ra": ra, "dec": dec, "visits": visits(viewer, stream, ra, dec, *_nights(request))}
        except Refusal as refusal:
            context["problem"] = refusal.message
    return render(request, "candidates/pointings.html", context, status=400 if "problem" in context else 200)
