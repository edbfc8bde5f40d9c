"""Scanning: the page, and what a key does to a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from apps.sources.actions import listings, sources
from apps.sources.plots import stills
from apps.sources.queries.objs import get_obj
from apps.sources.queries.pages import group_names
from skyportal.access.errors import Invalid, NotVisible
from skyportal.api.params import keys, moment
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..queries import asked, cards
from ..queries.scanning import Scope, scope
from ..queries.search import candidate_of, search

REJECTED = "rejected_candidates"


@login_required
@require_GET
def scan(request: ViewerRequest) -> HttpResponse:
    """Candidates of my groups, newest first. The address holds the whole state of the page."""
    viewer = request.viewer
    question = asked.read(viewer, request.GET)
    if question.wrong:
        return _asked_anew(request, question)
    try:
        found, scanned = search(viewer, question.query, question.page)
    except Invalid as refusal:
        return _instead(request, question, refusal)
    shown = cards.cards(viewer, found.objs, scanned)
    page = Paginator(range(found.total), question.page.size).get_page(question.page.number)
    context = {
        **_bar(request, question),
        "cards": [_drawn(card) for card in shown],
        "page": page,
        "watch": " ".join(f"candidates:{group}" for group in sorted(scanned.group_ids)),
        "news_url": f"{reverse('scan-news')}?{_since(request.GET)}",
    }
    answer = render(request, "candidates/scan.html", context)
    if "prefetch" in (request.headers.get("Sec-Purpose") or ""):
        # The next page was fetched ahead: let the browser use it when it is asked for, within the minute.
        answer["Cache-Control"] = "private, max-age=60"
    return answer


def _bar(request: ViewerRequest, question: asked.Asked) -> dict[str, Any]:
    """What the bar above the cards shows."""
    return {
        "asked": question,
        "choices": asked.choices(request.viewer),
        "windows": [(name, label) for name, (label, _) in asked.WINDOWS.items()],
        "sizes": asked.SIZES,
        "saved_choices": asked.SAVED_CHOICES,
        "chips": _chips(request.GET),
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


def _drawn(card: cards.Card) -> dict[str, Any]:
    return {"card": card, "still": mark_safe(stills.svg_light_curve(card.curve))}  # noqa: S308 - our own drawing


IN_BAR = {"startDate", "endDate", "groupIDs", "filterIDs", "savedStatus", "minRedshift", "maxRedshift"}
NAMES = {"objID": "Name", "minRedshift": "Redshift from", "maxRedshift": "Redshift to"}


def _chips(address: QueryDict) -> list[dict[str, str]]:
    return [{"name": name, "key": key, "value": str(address[key])} for key, name in NAMES.items() if address.get(key)]


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


def _card(request: ViewerRequest, name: str, message: str, *, undo: str = "", **query: Any) -> HttpResponse:
    """The card anew, with a toast; out of band where the request did not come from the card itself."""
    viewer = request.viewer
    found = candidate_of(viewer, name, status=404)
    groups = [int(g) for g in request.GET.get("scanned", "").split(",") if g.isdigit()]
    scanned: Scope = scope(viewer, groups or None)
    [card] = cards.cards(viewer, [found], scanned)
    target = getattr(request, "htmx", None) and request.htmx.target
    context = {**_drawn(card), "current": True, "out_of_band": target != f"card-{card.obj_id}", "scanned": groups}
    address = urlencode(query | {"scanned": request.GET.get("scanned", "")}, doseq=True)
    undo_url = f"{reverse(undo, args=[name])}?{address}" if undo else ""
    return with_toast(render(request, "candidates/_card.html", context), message, undo_url=undo_url)


def _on_candidate(act: Callable[[ViewerRequest, str], HttpResponse]) -> Callable[[ViewerRequest, str], HttpResponse]:
    """A card's action: by POST, on a candidate the viewer may see."""

    def view(request: ViewerRequest, name: str) -> HttpResponse:
        candidate_of(request.viewer, name, status=404)
        return act(request, name)

    return login_required(require_POST(view))


def _chosen(request: ViewerRequest) -> list[int]:
    try:
        chosen = [group for part in request.GET.getlist("group") for group in keys(part)]
    except ValueError:
        chosen = []
    if not chosen:
        raise Invalid("Choose a group to save to.")
    return chosen


@_on_candidate
def save(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    new = sources.save_source(viewer, get_obj(viewer, name), _chosen(request))
    if not new:
        return _card(request, name, f"{name} was saved there already.")
    return _card(request, name, f"{name} saved to {group_names(new)}.", undo="scan-unsave", group=new)


@_on_candidate
def unsave(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    gone = sources.unsave_source(viewer, get_obj(viewer, name), _chosen(request))
    return _card(request, name, f"{name} no longer in {group_names(gone)}.", undo="scan-save", group=gone)


@_on_candidate
def reject(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    listings.add_listing(viewer, name, REJECTED)
    return _card(request, name, f"{name} rejected: it will not be shown to you again.", undo="scan-unreject")


@_on_candidate
def unreject(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    try:
        listings.remove_from_list(viewer, name, REJECTED)
    except NotVisible:
        return _card(request, name, f"{name} was not rejected.")
    return _card(request, name, f"{name} is back.", undo="scan-reject")
