"""The operator's page of received notices."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from skyportal.web.requests import ViewerRequest

from ..actions.receiving import Received
from ..actions.receiving import replay as read_again
from ..queries import notices as queries


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    queries.need_operator(viewer)
    chosen = {name: request.GET.get(name, "") for name in ("outcome", "topic", "words")}
    rows = queries.received(viewer, **chosen)
    outcomes = queries.by_outcome(viewer)
    labels = {row["outcome"]: row["label"] for row in outcomes}
    context = {
        "feed": queries.feed(),
        "outcomes": outcomes,
        "unsettled": sum(row["count"] for row in outcomes if row["outcome"] in ("refused", "failed")),
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "chips": [
            {"name": name.title(), "key": name, "value": value, "label": labels.get(value, value)}
            for name, value in chosen.items()
            if value
        ],
        **chosen,
    }
    return render(request, "gcn/notices.html", context)


@login_required
@require_GET
def feed(request: ViewerRequest) -> HttpResponse:
    """How the listening goes, alone."""
    queries.need_operator(request.viewer)
    return render(request, "gcn/_notice_feed.html", {"feed": queries.feed()})


@login_required
@require_GET
def one(request: ViewerRequest, notice_id: int) -> HttpResponse:
    viewer = request.viewer
    queries.need_operator(viewer)
    notice = queries.get_received(viewer, notice_id)
    raw = queries.raw_bytes(notice)
    if "download" in request.GET:
        answer = HttpResponse(raw, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="notice_{notice.digest[:16]}"'
        return answer
    event = notice.notice.event if notice.notice else None
    context = {"notice": notice, "event": event, "text": queries.readable(raw)}
    return render(request, "gcn/notice.html", context | {"groups": queries.posted_for(viewer, notice)})


@login_required
@require_POST
def replay(request: ViewerRequest) -> HttpResponse:
    """Read chosen messages again, or all that were refused or failed."""
    named = request.POST.getlist("notice")
    chosen = [int(pk) for pk in named if pk.isdecimal() and len(pk) < 16]
    found = read_again(request.viewer, chosen if named else None)
    well = all(one.is_well for one in found)
    messages.add_message(request, messages.SUCCESS if well else messages.WARNING, _what_became(found))
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("notices")


def _what_became(found: list[Received]) -> str:
    """One in its own sentence, several counted by outcome."""
    if len(found) == 1:
        return found[0].reason
    counts = Counter(one.label for one in found)
    said = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.most_common())
    return f"Read again: {said}." if said else "There is nothing to read again."
