"""Photometry, and the telescopes and instruments that measured it."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import bulk_statistics, instruments, photometry, statistics, validations
from ..views import pages

urlpatterns = flatten(
    routes("telescope[/<str:telescope_id>]", instruments.TelescopeEndpoint),
    routes("instrument[/<str:instrument_id>]", instruments.InstrumentEndpoint),
    routes("photometry/range", photometry.PhotometryRangeEndpoint),
    routes("photometry/origins", photometry.OriginsEndpoint),
    routes("photometry/bulk_delete/<str:upload_id>", photometry.BulkDeleteEndpoint),
    routes("photometry/<str:photometry_id>/validation", validations.Validation),
    routes("photometry[/<str:photometry_id>]", photometry.PhotometryEndpoint),
    routes("sources/<str:obj_id>/photometry", photometry.ObjPhotometryEndpoint),
    routes("phot_stats", bulk_statistics.PhotStats),
    routes("phot_stats/aggregate", bulk_statistics.PhotStatsAggregate),
    routes("sources/<str:obj_id>/phot_stat", statistics.PhotStatEndpoint),
    [
        path("source/<str:name>/photometry", pages.photometry, name="source-photometry"),
        path("source/<str:name>/photometry.csv", pages.photometry_csv, name="source-photometry-csv"),
        path("source/<str:name>/light-curve.json", pages.light_curve, name="source-light-curve"),
    ],
)
