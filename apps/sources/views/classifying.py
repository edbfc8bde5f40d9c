"""Fragments of the source page: what it is said to be, saying so, and voting."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import NotVisible, Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import classifications as saying
from ..queries import classifications as said
from ..queries import shown, taxonomies
from ..queries.objs import get_obj
from .remarks import done, fragment


@login_required
@require_http_methods(["GET", "POST"])
def classifications(request: ViewerRequest, name: str) -> HttpResponse:
    """What a source is said to be, and saying it."""
    if request.method == "POST":
        return _classify(request, name)
    return _classifications(request, name, keep_form="closed" not in request.GET)


def _classifications(request: ViewerRequest, name: str, **more: Any) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    rows = said.by_obj(viewer, [obj.pk])[obj.pk]
    mine = said.changeable_ids(viewer, [row["id"] for row in rows]) if rows and viewer.may("Classify") else set()
    context = {
        "obj": obj,
        "classifications": [_dressed(viewer, row, mine) for row in reversed(rows)],
        "may_classify": viewer.may("Classify"),
        **more,
    }
    return fragment(request, "classifications", context)


def _dressed(viewer: Any, row: dict[str, Any], mine: set[int]) -> dict[str, Any]:
    votes = {vote["voter_id"]: vote["vote"] for vote in row["votes"]}
    names = [g["nickname"] or g["name"] for g in row["groups"] if not g["single_user_group"]]
    return {
        **row,
        "up": sum(vote > 0 for vote in votes.values()),
        "down": sum(vote < 0 for vote in votes.values()),
        "my_vote": votes.get(viewer.user_id, 0),
        "to": ", ".join(names),
        "is_mine": row["id"] in mine,
    }


@login_required
@require_GET
def classify_form(request: ViewerRequest, name: str) -> HttpResponse:
    """The form alone; it is long, and fetched only by those about to classify."""
    viewer = request.viewer
    return render(request, "sources/_classify.html", _form(viewer, get_obj(viewer, name)))


@login_required
@require_http_methods(["GET", "POST"])
def classification(request: ViewerRequest, name: str, classification_id: int) -> HttpResponse:
    """One classification in the form, and changing it; what it was goes to its history."""
    viewer = request.viewer
    if request.method == "POST":
        return _edit(request, name, classification_id)
    row = saying.mine(viewer, classification_id, "edit")
    form = {"class": f"{row.taxonomy_id}:{row.classification}", "probability": row.probability}
    return render(request, "sources/_classify.html", _form(viewer, row.obj, form=form, editing=row.pk))


def _form(viewer: Any, obj: Any, *, form: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    form = form or {}
    known = {
        f"{tree.pk}:{name}": {"label": name, "path": one.path, "also": ", ".join(one.also), "tree": tree}
        for tree in taxonomies.latest(viewer)
        for name, one in taxonomies.described(tree.hierarchy).items()
    }
    often = [value for value in (f"{tree}:{name}" for tree, name in said.often_used(viewer)) if value in known]
    if (chosen := form.get("class")) and chosen not in known:  # of an older version of a tree
        known[chosen] = {"label": chosen.partition(":")[2], "path": "", "also": "", "tree": "Earlier"}
    groups: dict[str, list[Any]] = {"Recently and often used": [(value, known[value]) for value in often]}
    for value, option in known.items():
        if value not in often:
            groups.setdefault(str(option["tree"]), []).append((value, option))
    choices = [(title, options) for title, options in groups.items() if options]
    return {"obj": obj, "choices": choices, "groups": shown.my_groups(viewer), "form": form, **more}


def _asked(request: ViewerRequest) -> dict[str, Any]:
    form = request.POST
    taxonomy, _, chosen = form.get("class", "").partition(":")
    return {
        "taxonomy_id": taxonomy,
        "classification": chosen,
        "probability": form.get("probability"),
        "group_ids": form.getlist("group_ids"),
    }


def _again(request: ViewerRequest, name: str, refusal: Refusal, **more: Any) -> HttpResponse:
    """The form as it was filled in, with what is wrong."""
    asked = _asked(request)
    bound = {"class": request.POST.get("class"), "probability": asked["probability"], "groups": asked["group_ids"]}
    error = refusal.message if asked["classification"] else "Choose a class: type the beginning of its name."
    filled = _form(request.viewer, get_obj(request.viewer, name), error=error, form=bound, **more)
    return _classifications(request, name, open_form=True, **filled)


def _classify(request: ViewerRequest, name: str) -> HttpResponse:
    asked = _asked(request)
    try:
        (made,) = saying.classify(request.viewer, [{"obj_id": name, **asked}])
    except Refusal as refusal:
        return _again(request, name, refusal)
    undo = reverse("source-classification-delete", args=[name, made])
    answer = _classifications(request, name)
    return done(request, name, answer, f"Classified as {asked['classification']}.", undo=undo)


def _edit(request: ViewerRequest, name: str, classification_id: int) -> HttpResponse:
    try:
        saying.edit_classification(request.viewer, classification_id, _asked(request))
    except Refusal as refusal:
        if isinstance(refusal, NotVisible) or refusal.status in (401, 403):
            raise
        return _again(request, name, refusal, editing=classification_id)
    return done(request, name, _classifications(request, name), "Classification changed.")


@login_required
@require_POST
def vote(request: ViewerRequest, name: str, classification_id: int) -> HttpResponse:
    """For (1) or against (-1); 0 takes the vote back."""
    value = {"1": 1, "-1": -1}.get(request.POST.get("vote", ""))
    saying.vote(request.viewer, classification_id, value)
    words = {1: "You voted for it.", -1: "You voted against it.", None: "Vote withdrawn."}[value]
    return done(request, name, _classifications(request, name, keep_form=True), words)


@login_required
@require_POST
def classification_delete(request: ViewerRequest, name: str, classification_id: int) -> HttpResponse:
    receipt = saying.delete_classification(request.viewer, classification_id)
    answer = _classifications(request, name, keep_form=True)
    return done(request, name, answer, "Classification deleted.", undo=reverse("source-put-back", args=[name, receipt]))
