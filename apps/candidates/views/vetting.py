"""The vetting score: what its terms count for a group, and what an obj has."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.sources.queries.objs import get_obj
from skyportal.access.errors import Invalid
from skyportal.web.requests import ViewerRequest

from ..actions import vetting as actions
from ..alerts.vetting import TERMS, WEIGHTS
from ..queries import vetting as queries

ABOUT = {
    "real_bogus": "What the survey's own classifier says: drb (else rb) of ZTF, reliability of LSST.",
    "star": "Low where the nearest Pan-STARRS source within 3″ is rather a star than a galaxy.",
    "bright_star": "Low where a star is so near and bright that its glare makes false alerts.",
    "minor_planet": "Low where a known minor planet is predicted within 10″.",
    "history": "Low for a single detection, and for what has been seen for more than a year.",
    "host": "0 on the nucleus of a catalogued galaxy, 1 from 1.5″ on. Negative: you look for nuclear transients.",
    "known": "Low where catalogue annotations tell of a quasar, an AGN or a star of our Galaxy.",
}


@login_required
@require_http_methods(["GET", "POST"])
def weights(request: ViewerRequest, group_id: int) -> HttpResponse:
    """What the terms count for a group; its admins set it."""
    group, now, may = queries.weights_to_set(request.viewer, group_id)
    problem, typed = "", {name: f"{weight:g}" for name, weight in now.items()}
    if request.method == "POST":
        given = {} if "usual" in request.POST else {name: request.POST.get(name, "") for name in TERMS}
        typed |= given
        try:
            actions.weigh(request.viewer, group_id, given)
            messages.success(request, f"Candidates of {group.name} are scored so from now on.")
            return redirect("vetting-weights", group_id)
        except Invalid as refusal:
            problem = refusal.message
    rows = [
        {"name": name, "label": label, "about": ABOUT[name], "usual": WEIGHTS[name], "typed": typed[name]}
        for name, label in TERMS.items()
    ]
    context = {"group": group, "rows": rows, "may": may, "problem": problem}
    return render(request, "candidates/vetting.html", context, status=400 if problem else 200)


@login_required
@require_GET
def of_source(request: ViewerRequest, name: str) -> HttpResponse:
    """The panel of the source page."""
    obj = get_obj(request.viewer, name, status=404)
    found = queries.vetted(request.viewer, [obj.pk]).get(obj.pk)
    return render(request, "candidates/_vetting_panel.html", {"obj": obj, "vetted": found})
