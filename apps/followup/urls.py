"""Doors of this app."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from .api.allocations import Allocations
from .views import allocations

urlpatterns = flatten(
    routes("allocation[/<str:allocation_id>]", Allocations),
    # --- pages ---
    [
        path("allocations", allocations.index, name="allocations"),
        path("allocations/new", allocations.new, name="allocation-new"),
        path("allocations/<int:allocation_id>", allocations.one, name="allocation"),
        path("allocations/<int:allocation_id>/delete", allocations.delete, name="allocation-delete"),
    ],
)
