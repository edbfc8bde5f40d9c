"""Taxonomies as trees: looking at them, adding a class, a version, a taxonomy."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import NotVisible, Refusal
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import taxonomies as keeping
from ..queries import shown
from ..queries import taxonomies as reading


@login_required
@require_http_methods(["GET", "POST"])
def taxonomies(request: ViewerRequest) -> HttpResponse:
    """Every taxonomy one may see, and posting another, or a version of one."""
    context: dict[str, Any] = {"form": {}}
    if request.method == "POST":
        try:
            made = keeping.post_taxonomy(request.viewer, _posted(request))
            return redirect("taxonomy", made)
        except Refusal as refusal:
            context = {"form": request.POST, "chosen": request.POST.getlist("group_ids"), "error": refusal.message}
    context |= {
        "taxonomies": reading.counted(request.viewer),
        "groups": shown.my_groups(request.viewer),
        "may_post": request.viewer.may("Post taxonomy"),
    }
    return render(request, "sources/taxonomies.html", context)


def _posted(request: ViewerRequest) -> dict[str, Any]:
    file = request.FILES.get("file")
    text = file.read(keeping.MOST_TEXT + 1).decode("utf-8", "replace") if file else request.POST.get("hierarchy_file")
    names = ("name", "version", "provenance")
    return {name: request.POST.get(name) for name in names} | {
        "hierarchy_file": text or None,
        "group_ids": request.POST.getlist("group_ids"),
    }


@login_required
@require_GET
def taxonomy(request: ViewerRequest, taxonomy_id: int) -> HttpResponse:
    """One taxonomy as a tree."""
    return render(request, "sources/taxonomy.html", _tree(request, taxonomy_id))


def _tree(request: ViewerRequest, taxonomy_id: int) -> dict[str, Any]:
    viewer = request.viewer
    try:
        found = reading.get_taxonomy(viewer, taxonomy_id)
    except NotVisible as hidden:
        raise NotVisible(hidden.message, status=404) from None
    return {
        "taxonomy": found,
        "tree": found.hierarchy,
        "used": reading.used(viewer, taxonomy_id),
        "count": len({name for name, _ in reading.classes(found.hierarchy)}),
        "names": [name for name, _ in reading.classes(found.hierarchy)],
        "versions": reading.versions(viewer, found),
        "may_post": viewer.may("Post taxonomy"),
        "as_yaml": reading.as_yaml(found.hierarchy) if viewer.may("Post taxonomy") else "",
    }


@login_required
@require_POST
def class_add(request: ViewerRequest, taxonomy_id: int) -> HttpResponse:
    name, below = request.POST.get("class", "").strip(), request.POST.get("below", "")
    try:
        keeping.add_class(request.viewer, taxonomy_id, name, below, request.POST.get("also", "").split(","))
    except Refusal as refusal:
        if isinstance(refusal, NotVisible) or refusal.status in (401, 403):
            raise
        message = refusal.message if name else "Give the class a name."
        return _shown(request, taxonomy_id, error=message, form=request.POST)
    undo = f"{reverse('taxonomy-class-remove', args=[taxonomy_id])}?{urlencode({'class': name})}"
    return with_toast(_shown(request, taxonomy_id, grown=name), f"{name} is now a class.", undo_url=undo)


@login_required
@require_POST
def class_remove(request: ViewerRequest, taxonomy_id: int) -> HttpResponse:
    name = request.POST.get("class") or request.GET.get("class", "")
    keeping.remove_class(request.viewer, taxonomy_id, name)
    answer = _shown(request, taxonomy_id)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#taxonomy-tree", "outerHTML"  # an undo names no place of its own
    return with_toast(answer, f"{name} is no longer a class.")


def _shown(request: ViewerRequest, taxonomy_id: int, **more: Any) -> HttpResponse:
    if not request.htmx and "error" not in more:
        return redirect("taxonomy", taxonomy_id)
    template = "sources/_taxonomy_tree.html" if request.htmx else "sources/taxonomy.html"
    return render(request, template, _tree(request, taxonomy_id) | more)
