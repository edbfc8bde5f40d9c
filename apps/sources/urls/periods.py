"""The periodogram of a source."""

from django.urls import path

from ..views import periods

urlpatterns = [
    path("source/<str:name>/periodogram", periods.page, name="source-periodogram"),
    path("source/<str:name>/periodogram/search", periods.search, name="source-period-search"),
    path("source/<str:name>/periodogram/<int:search_id>", periods.answer, name="source-period-answer"),
    path("source/<str:name>/periodogram/<int:search_id>.json", periods.spectrum, name="source-period-spectrum"),
    path("source/<str:name>/folded", periods.folded, name="source-folded"),
    path("source/<str:name>/folded.json", periods.folded_figure, name="source-folded-figure"),
    path("source/<str:name>/period", periods.keep, name="source-period-keep"),
]
