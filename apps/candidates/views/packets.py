"""The operator's page: what the streams bring, and packets that could not be read."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from skyportal.web.requests import ViewerRequest

from ..queries import packets as queries
from ..queries import streams


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    queries.need_operator(viewer)
    reason = request.GET.get("reason", "")
    context = {
        "pulses": streams.pulses(viewer),
        "reasons": queries.by_reason(viewer),
        "page": Paginator(queries.refused(viewer, reason=reason), 50).get_page(request.GET.get("page")),
        "chips": [{"name": "Reason", "key": "reason", "value": reason}] if reason else [],
    }
    return render(request, "candidates/packets.html", context)


@login_required
@require_GET
def one(request: ViewerRequest, packet_id: int) -> HttpResponse:
    viewer = request.viewer
    queries.need_operator(viewer)
    packet = queries.get_refused(viewer, packet_id)
    raw = queries.raw_bytes(packet)
    if "download" in request.GET:
        answer = HttpResponse(raw, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{packet.digest[:16]}.bin"'
        return answer
    return render(request, "candidates/_packet.html", {"packet": packet, "beginning": queries.hexdump(raw)})


@login_required
@require_POST
def replay(request: ViewerRequest) -> HttpResponse:
    """Read one packet again, or all."""
    from ..actions.replay import replay as read_again  # brings Arrow, which no other request needs

    viewer = request.viewer
    chosen = [int(pk) for pk in request.POST.getlist("packet") if pk.isdecimal()]
    report = read_again(viewer, chosen or None)
    message = f"{report.new + report.repeated} read, {report.refused} refused again."
    messages.add_message(request, messages.WARNING if report.refused else messages.SUCCESS, message)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("intake")
