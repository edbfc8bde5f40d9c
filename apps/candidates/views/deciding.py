"""What a key does to a card of the scanning page: save, reject, comment, tag, classify, remember the look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.sources.actions import classifications, comments, sources, tags
from apps.sources.queries import tags as known_tags
from apps.sources.queries import taxonomies
from apps.sources.queries.objs import get_obj
from apps.sources.queries.pages import group_names
from skyportal.access.errors import Invalid, Refusal
from skyportal.api.params import keys
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import reviewing
from ..queries import cards, notes, reviews
from ..queries.items import savable_groups
from ..queries.scanning import Scope, scope
from ..queries.search import candidate_of
from .scan import drawn

FORMS = {"several", "reject", "comment", "tag", "classify"}
REASONS = ("artefact", "moving object", "variable star", "AGN", "stellar", "known already", "too faint", "old")
Act = Callable[[ViewerRequest, str], HttpResponse]


def _given(request: ViewerRequest, name: str) -> str:
    return (request.POST.get(name) or request.GET.get(name) or "").strip()


def _scanned(request: ViewerRequest) -> tuple[list[int], Scope]:
    groups = [int(g) for g in request.GET.get("scanned", "").split(",") if g.isdecimal() and len(g) < 10]
    return groups, scope(request.viewer, groups or None)


def _page_asked(request: ViewerRequest) -> QueryDict:
    """What the address of the page says on which the card is."""
    return QueryDict(urlsplit((request.htmx.current_url or "")[:8000]).query)


def _card(request: ViewerRequest, name: str, message: str, *, undo: str = "", **query: Any) -> HttpResponse:
    """The card anew, with a toast; out of band where the request did not come from the card itself."""
    viewer = request.viewer
    found = candidate_of(viewer, name, status=404)
    groups, scanned = _scanned(request)
    [card] = cards.cards(viewer, [found], scanned)
    target = getattr(request, "htmx", None) and request.htmx.target
    noted = notes.of_cards(viewer, [card], _page_asked(request)).get(card.obj_id, ())
    context = {**drawn(card, noted), "current": True, "out_of_band": target != f"card-{card.obj_id}", "scanned": groups}
    address = urlencode(query | {"scanned": request.GET.get("scanned", "")}, doseq=True)
    undo_url = f"{reverse(undo, args=[name])}?{address}" if undo else ""
    return with_toast(render(request, "candidates/_card.html", context), message, undo_url=undo_url)


def _on_candidate(act: Act) -> Act:
    """A card's action: by POST, on a candidate the viewer may see."""

    def view(request: ViewerRequest, name: str) -> HttpResponse:
        candidate_of(request.viewer, name, status=404)
        return act(request, name)

    return login_required(require_POST(view))


def _groups(request: ViewerRequest) -> list[int]:
    try:
        given = [*request.GET.getlist("group"), *request.POST.getlist("group")]
        return [group for part in given for group in keys(part)]
    except ValueError:
        return []


def _chosen(request: ViewerRequest) -> list[int]:
    chosen = _groups(request)
    if not chosen:
        raise Invalid("Choose a group to save to.")
    return chosen


@_on_candidate
def save(request: ViewerRequest, name: str) -> HttpResponse:
    viewer, obj = request.viewer, get_obj(request.viewer, name)
    reason = _given(request, "reason")[:500]
    with transaction.atomic():
        new = sources.save_source(viewer, obj, _chosen(request))
        if new:
            reviewing.review(viewer, [obj.pk], _scanned(request)[1], "saved", reason=reason, group_ids=new)
    if not new:
        return _card(request, name, f"{name} was saved there already.")
    return _card(request, name, f"{name} saved to {group_names(new)}.", undo="scan-unsave", group=new)


@_on_candidate
def unsave(request: ViewerRequest, name: str) -> HttpResponse:
    viewer, obj = request.viewer, get_obj(request.viewer, name)
    with transaction.atomic():
        gone = sources.unsave_source(viewer, obj, _chosen(request))
        if gone:
            reviewing.review(viewer, [obj.pk], _scanned(request)[1], "unsaved", group_ids=gone)
    return _card(request, name, f"{name} no longer in {group_names(gone)}.", undo="scan-save", group=gone)


@_on_candidate
def reject(request: ViewerRequest, name: str) -> HttpResponse:
    groups, reason = _groups(request), _given(request, "reason")
    reviewing.reject(request.viewer, get_obj(request.viewer, name), _scanned(request)[1], reason, groups)
    whom = f"to {group_names(groups)}" if groups else "to you"
    return _card(request, name, f"{name} rejected: it will not be shown {whom} again.", undo="scan-unreject")


@_on_candidate
def unreject(request: ViewerRequest, name: str) -> HttpResponse:
    groups = reviewing.take_back(request.viewer, get_obj(request.viewer, name), _scanned(request)[1])
    if groups is None:
        return _card(request, name, f"{name} was not rejected.")
    return _card(request, name, f"{name} is back.", undo="scan-reject", group=groups)


def _noted(request: ViewerRequest, name: str, deed: str, reason: str) -> None:
    obj = get_obj(request.viewer, name)
    reviewing.review(request.viewer, [obj.pk], _scanned(request)[1], deed, reason=reason[:500])


@_on_candidate
def comment(request: ViewerRequest, name: str) -> HttpResponse:
    words = _given(request, "text")
    with transaction.atomic():
        made, _ = comments.post_comment(request.viewer, name, words, group_ids=_groups(request))
        _noted(request, name, "commented", words)
    return _card(request, name, f"Comment on {name} kept.") if made else HttpResponse(status=204)


@_on_candidate
def tag(request: ViewerRequest, name: str) -> HttpResponse:
    option = _given(request, "tag")
    if not option.isdecimal() or len(option) > 9:
        raise Invalid("Choose a tag.")
    with transaction.atomic():
        made, _ = tags.tag_obj(request.viewer, name, int(option))
        _noted(request, name, "tagged", made.option.name)
    return _card(request, name, f"{name} tagged {made.option.name}.")


@_on_candidate
def classify(request: ViewerRequest, name: str) -> HttpResponse:
    taxonomy, _, chosen = _given(request, "class").partition(":")
    if not chosen:
        raise Invalid("Choose a class.")
    row = {"obj_id": name, "taxonomy_id": taxonomy, "classification": chosen, "group_ids": _groups(request)}
    with transaction.atomic():
        classifications.classify(request.viewer, [row])
        _noted(request, name, "classified", chosen)
    return _card(request, name, f"{name} classified as {chosen}.")


@login_required
@require_GET
def form(request: ViewerRequest, name: str, kind: str) -> HttpResponse:
    """A small form under the card: it is fetched when its key is pressed, so that cards stay light."""
    viewer = request.viewer
    candidate_of(viewer, name, status=404)
    if kind not in FORMS:
        return HttpResponse(status=404)
    context: dict[str, Any] = {"kind": kind, "name": name, "scanned": request.GET.get("scanned", "")}
    if kind in ("several", "reject"):
        context |= {"groups": savable_groups(viewer), "reasons": REASONS}
    elif kind == "tag":
        context["options"] = known_tags.options(viewer)
    elif kind == "classify":
        context["classes"] = [
            (f"{tree.pk}:{one}", one, str(tree))
            for tree in taxonomies.latest(viewer)
            for one in taxonomies.described(tree.hierarchy)
        ]
    return render(request, "candidates/_card_form.html", context)


@login_required
@require_GET
def log(request: ViewerRequest, name: str) -> HttpResponse:
    """Who looked at it, with which filter version, and what they decided."""
    candidate_of(request.viewer, name, status=404)
    return render(request, "candidates/_log.html", {"lines": reviews.log(request.viewer, name), "name": name})


@login_required
@require_POST
def seen(request: ViewerRequest) -> HttpResponse:
    """Cards that were before the viewer for a moment, by name; sent a few at a time, also while the page closes."""
    try:
        reviewing.look(request.viewer, request.POST.getlist("name"), _scanned(request)[1])
    except Refusal:
        return HttpResponse(status=400)
    return HttpResponse(status=204)
