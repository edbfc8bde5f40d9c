"""Charts for observers, and pictures of the sky around a source."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import charts as charts_api
from ..api import finders as finders_api
from ..api import images as images_api
from ..api import observability as observability_api
from ..views import charts, finders, images, observability

urlpatterns = flatten(
    routes("sources/<str:obj_id>/observability", observability_api.ObservabilityEndpoint),
    routes("sources/<str:obj_id>/finder", finders_api.FinderEndpoint, name="finder-file"),
    routes("sources/<str:obj_id>/offsets", finders_api.OffsetsEndpoint),
    routes("sources/<str:obj_id>/color_mag", charts_api.ColorMagEndpoint),
    routes("internal/survey_thumbnail", images_api.SurveyThumbnailEndpoint),
    routes("finder_chart/facilities", finders_api.FacilitiesEndpoint),
    routes("unsourced_finder", finders_api.UnsourcedFinderEndpoint),
    [
        path("public/finding_charts/", finders_api.FindingChart.as_view()),
        path("public/finding_charts/<str:cache_key>", finders_api.FindingChart.as_view(), name="finding-chart"),
        path("source/<str:name>/images", images.images, name="source-images"),
        path("source/<str:name>/centroid", charts.centroid, name="source-centroid"),
        path("source/<str:name>/centroid.json", charts.centroid_plot, name="source-centroid-plot"),
        path("source/<str:name>/hr-diagram", charts.hr_diagram, name="source-hr-diagram"),
        path("source/<str:name>/finder", finders.finder, name="source-finder"),
        path("source/<str:name>/finder/chart", finders.chart, name="source-finder-chart"),
        path("source/<str:name>/observability", observability.observability, name="source-observability"),
        path("source/<str:name>/observability/year", observability.year, name="source-observability-year"),
    ],
)
