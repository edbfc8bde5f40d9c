"""Searches and columns that a person keeps, and words of their own on their favourites."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from skyportal.api.params import words
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import listings, searches
from ..queries.annotations import columns_called
from ..queries.objs import get_obj
from .keeping import forgotten, what_to_keep


def _back(query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('sources')}?{query}" if query else reverse("sources"))


@login_required
@require_POST
def keep(request: ViewerRequest) -> HttpResponse:
    """Keep this address under a name, for oneself or a group."""
    given = request.POST or request.GET
    search = searches.keep_search(request.viewer, *what_to_keep(given))
    if request.htmx:  # an undo
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    messages.success(request, f"The search is kept as {search.name}.")
    return _back(search.query)


@login_required
@require_POST
def forget(request: ViewerRequest, search_id: int) -> HttpResponse:
    return forgotten(searches.delete_search(request.viewer, search_id), "search-keep")


@login_required
@require_POST
def columns(request: ViewerRequest) -> HttpResponse:
    """Remember these columns for every list that says nothing else."""
    searches.keep_columns(request.viewer, request.POST.getlist("columns"))
    messages.success(request, "These columns are yours from now on.")
    rest = [(k, v) for k, values in request.POST.lists() for v in values if k not in ("columns", "csrfmiddlewaretoken")]
    answer = _back(urlencode(rest))
    return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]}) if request.htmx else answer


@login_required
@require_GET
def annotation_columns(request: ViewerRequest) -> JsonResponse:
    """Columns that show what is annotated, for a field that is completed."""
    return JsonResponse({"results": columns_called(request.viewer, request.GET.get("q", "")[:100])})


@login_required
@require_POST
def list_tags(request: ViewerRequest, name: str) -> HttpResponse:
    """Words of one's own on a favourite, by commas."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    given = request.POST if "tags" in request.POST else request.GET
    before, now = listings.tag_favourite(viewer, obj.name, words(given.get("tags", "")))
    undo = f"{reverse('source-list-tags', args=[obj.name])}?{urlencode({'tags': ','.join(before)})}"
    answer = render(
        request,
        "sources/_list_tags.html",
        {"name": obj.name, "there": reverse("source", args=[obj.name]), "value": now},
    )
    return with_toast(answer, "Your tags are kept.", undo_url=undo)
