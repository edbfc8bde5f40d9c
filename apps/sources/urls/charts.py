"""Charts for observers, and pictures of the sky around a source."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import observability as observability_api
from ..views import observability

urlpatterns = flatten(
    routes("sources/<str:obj_id>/observability", observability_api.ObservabilityEndpoint),
    [
        path("source/<str:name>/observability", observability.observability, name="source-observability"),
        path("source/<str:name>/observability/year", observability.year, name="source-observability-year"),
    ],
)
