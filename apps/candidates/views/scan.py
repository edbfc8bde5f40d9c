"""Scanning: the page. What a key does to a card is in `deciding`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from apps.sources.plots import stills
from skyportal.access.errors import Invalid
from skyportal.api.params import falling_with, moment
from skyportal.web.requests import ViewerRequest

from ..queries import asked, cards, notes
from ..queries.profiles import default_query
from ..queries.scanning import scope
from ..queries.search import search
from ..queries.search import total as count_all
from ..slots import CardNote, candidate_filters, scan_fields


@login_required
@require_GET
def scan(request: ViewerRequest) -> HttpResponse:
    """Candidates of my groups, newest first. The address holds the whole state of the page."""
    viewer = request.viewer
    if not request.GET and (query := default_query(viewer, getattr(request.user, "preferences", None))):
        return redirect(f"{request.path}?{query}")
    question = asked.read(viewer, request.GET)
    if question.wrong:
        return _asked_anew(request, question)
    try:
        total = _kept_total(request)
        found, scanned = search(viewer, question.query, question.page, counted=False)
        total = found.total if found.total >= 0 else total
    except Invalid as refusal:
        return _instead(request, question, refusal)
    shown = cards.cards(viewer, found.objs, scanned)
    noted = notes.of_cards(viewer, shown, request.GET)
    counting = total is None
    most = question.page.stop + 1 if total is None else total
    page = Paginator(range(most), question.page.size).get_page(question.page.number)
    context = {
        **_bar(request, question),
        "cards": [drawn(card, noted.get(card.obj_id, ())) for card in shown],
        "page": page,
        "counting": counting,
        "watch": " ".join(f"candidates:{group}" for group in sorted(scanned.group_ids)),
        "news_url": f"{reverse('scan-news')}?{_since(request.GET)}",
    }
    answer = render(request, "candidates/scan.html", context)
    if "prefetch" in (request.headers.get("Sec-Purpose") or ""):
        # The next page was fetched ahead: let the browser use it when it is asked for, within the minute.
        answer["Cache-Control"] = "private, max-age=60"
    return answer


KEPT_SECONDS = 60


def _address(request: ViewerRequest) -> str:
    """Under which the total of a question is kept for a minute: the page's address without the page's number."""
    query = request.GET.copy()
    query.pop("page", None)
    words = f"{request.viewer.user_id}:{sorted(request.viewer.group_ids)}:{query.urlencode()}"
    return "scan-total:" + hashlib.sha256(words.encode()).hexdigest()


def _kept_total(request: ViewerRequest) -> int | None:
    return cache.get(_address(request))


@login_required
@require_GET
def total(request: ViewerRequest) -> HttpResponse:
    """How many there are: counted once a question, while its first page is already being read."""
    question = asked.read(request.viewer, request.GET)
    if question.wrong:
        return HttpResponse(status=400)
    found = _kept_total(request)
    if found is None:
        try:
            found = count_all(request.viewer, question.query)
        except Invalid:
            return HttpResponse(status=400)
        cache.set(_address(request), found, KEPT_SECONDS)
    page = Paginator(range(found), question.page.size).get_page(question.page.number)
    return render(request, "candidates/_scan_total.html", {"page": page, "counted_late": True})


def _bar(request: ViewerRequest, question: asked.Asked) -> dict[str, Any]:
    """What the bar above the cards shows."""
    choices = asked.choices(request.viewer)
    return {
        "asked": question,
        "choices": choices,
        "known_sorts": {value for value, _ in choices["sorts"]},
        "windows": [(name, label) for name, (label, _) in asked.WINDOWS.items()],
        "sizes": asked.SIZES,
        "seen_choices": asked.SEEN_CHOICES,
        "saved_choices": asked.SAVED_CHOICES,
        "chips": _chips(request.GET),
        "hung": [render_to_string(field.template, field.context(request.viewer, request.GET)) for field in scan_fields],
    }


def _instead(request: ViewerRequest, question: asked.Asked, refusal: Invalid) -> HttpResponse:
    """A page beyond the last shows the first; anything else that makes no sense is said above the form."""
    if refusal.message.startswith("Page number"):
        query = request.GET.copy()
        query.pop("page", None)
        return redirect(f"{request.path}?{query.urlencode()}")
    return _asked_anew(request, question, refusal.message)


def _asked_anew(request: ViewerRequest, question: asked.Asked, refusal: str = "") -> HttpResponse:
    """The bar with what was typed, and what is wrong with it; no cards."""
    others = {name: wrong for name, wrong in question.wrong.items() if name not in IN_BAR}
    context = {**_bar(request, question), "refusal": refusal, "others": others, "asked_anew": True}
    return render(request, "candidates/scan.html", context, status=400)


def drawn(card: cards.Card, noted: Sequence[CardNote] = ()) -> dict[str, Any]:
    return {"card": card, "noted": noted, "still": mark_safe(stills.svg_light_curve(card.curve))}  # noqa: S308 - our own drawing


IN_BAR = {
    "startDate", "endDate", "groupIDs", "filterIDs", "savedStatus", "minRedshift", "maxRedshift", "seenByMe",
    "annotationFilterList", "minVettingScore",
}  # fmt: skip
NAMES = {
    "objID": "Name", "minRedshift": "Redshift from", "maxRedshift": "Redshift to",
    "firstDetectionAfter": "First detected from", "lastDetectionBefore": "Last detected until",
    "numberDetections": "Detections, at least",
}  # fmt: skip


def _chips(address: QueryDict) -> list[dict[str, Any]]:
    params = [candidate_filter.param for candidate_filter in candidate_filters]
    names = {param.name: param.label or param.name for param in params} | NAMES
    return [
        {"name": name, "key": key, "value": str(address[key]), "also": falling_with(key, params)}
        for key, name in names.items()
        if address.get(key)
    ]


def _since(address: QueryDict) -> str:
    query = address.copy()
    query.pop("page", None)
    query["since"] = timezone.now().isoformat()
    return query.urlencode()


@login_required
@require_GET
def news(request: ViewerRequest) -> HttpResponse:
    """How many candidates came since the page was opened; offered, never pushed into what is being read."""
    viewer = request.viewer
    try:
        since = moment(request.GET.get("since", ""))
    except ValueError:
        return HttpResponse(status=400)
    question = asked.read(viewer, request.GET)
    if question.wrong:
        return HttpResponse(status=400)
    scanned = scope(viewer, question.query["groupIDs"], question.query["filterIDs"])
    address = request.GET.copy()
    address.pop("since", None)
    count = cards.arrived_since(viewer, scanned, question.query, since)
    return render(request, "candidates/_news.html", {"count": count, "url": f"{reverse('scan')}?{address.urlencode()}"})
