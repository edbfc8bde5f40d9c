"""Fragments of the source page: what it is said to be, saying so, and voting."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Refusal
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


def _form(viewer: Any, obj: Any, **more: Any) -> dict[str, Any]:
    recent = said.recently_used(viewer)
    trees = taxonomies.latest(viewer)
    labels = {(tree.pk, one): label for tree in trees for one, label in taxonomies.labelled(tree.hierarchy).items()}
    recent = [choice for choice in recent if choice in labels]
    choices = [("Recently used", [_option(choice, labels) for choice in recent])] if recent else []
    for tree in trees:
        rest = [_option(c, labels) for c in labels if c[0] == tree.pk and c not in recent]
        choices.append((f"{tree.name} {tree.version}", rest))
    return {"obj": obj, "choices": choices, "groups": shown.my_groups(viewer), "form": {}, **more}


def _option(choice: tuple[int, str], labels: dict[tuple[int, str], str]) -> tuple[str, str]:
    return f"{choice[0]}:{choice[1]}", labels[choice]


def _classify(request: ViewerRequest, name: str) -> HttpResponse:
    viewer, form = request.viewer, request.POST
    taxonomy, _, chosen = form.get("class", "").partition(":")
    row = {
        "obj_id": name,
        "taxonomy_id": taxonomy,
        "classification": chosen,
        "probability": form.get("probability"),
        "group_ids": form.getlist("group_ids"),
    }
    try:
        (made,) = saying.classify(viewer, [row])
    except Refusal as refusal:
        error = refusal.message if chosen else "Choose a class: type the beginning of its name."
        bound = {"class": form.get("class"), "probability": row["probability"], "groups": row["group_ids"]}
        filled = _form(viewer, get_obj(viewer, name), error=error, form=bound)
        return _classifications(request, name, open_form=True, **filled)
    undo = reverse("source-classification-delete", args=[name, made])
    return done(request, name, _classifications(request, name), f"Classified as {chosen}.", undo=undo)


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
    saying.delete_classification(request.viewer, classification_id)
    return done(request, name, _classifications(request, name, keep_form=True), "Classification deleted.")
