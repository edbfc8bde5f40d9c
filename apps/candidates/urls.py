"""Doors of this app."""

from skyportal.api.routes import flatten, routes

from .api.candidates import CandidateRowsView, CandidatesView, CandidateView
from .api.filters import FiltersView

urlpatterns = flatten(
    routes("candidates[/<str:obj_id>]", CandidatesView),
    routes("candidates/<str:obj_id>/<str:filter_id>", CandidateView),
    routes("candidates_filter", CandidateRowsView),
    routes("filters[/<str:filter_id>]", FiltersView),
)
