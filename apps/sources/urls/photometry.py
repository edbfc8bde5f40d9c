"""Photometry, and the telescopes and instruments that measured it."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import (
    annotations,
    bulk_statistics,
    frozen,
    instruments,
    photometry,
    series,
    sharing,
    statistics,
    validations,
)
from ..views import frozen as frozen_pages
from ..views import photometry as pages
from ..views import points, uploading
from ..views import series as series_pages

urlpatterns = flatten(
    routes("telescope[/<str:telescope_id>]", instruments.TelescopeEndpoint),
    routes("instrument/<str:instrument_id>/fields", instruments.InstrumentFieldsEndpoint),
    routes("instrument[/<str:instrument_id>]", instruments.InstrumentEndpoint),
    routes("internal/wavelengths", photometry.WavelengthsEndpoint),
    routes("photometry/range", photometry.PhotometryRangeEndpoint),
    routes("photometry/origins", photometry.OriginsEndpoint),
    routes("photometry/bulk_delete/<str:upload_id>", photometry.BulkDeleteEndpoint),
    routes("photometry/<str:photometry_id>/validation", validations.Validation),
    routes("photometry/<str:resource_id>/annotations[/<str:annotation_id>]", annotations.AnnotationsOfPoint),
    routes("photometry[/<str:photometry_id>]", photometry.PhotometryEndpoint),
    routes("sources/<str:obj_id>/photometry", photometry.ObjPhotometryEndpoint),
    routes("photometric_series[/<str:photometric_series_id>]", series.PhotometricSeries),
    routes("sharing", sharing.Sharing),
    routes("frozen_photometry/<str:frozen_key>", frozen.Frozen),
    routes("sources/<str:obj_id>/frozen_photometry", frozen.FrozenOfSource),
    routes("phot_stats", bulk_statistics.PhotStats),
    routes("phot_stats/aggregate", bulk_statistics.PhotStatsAggregate),
    routes("sources/<str:target_id>/copy_photometry", photometry.CopyPhotometryEndpoint),
    routes("sources/<str:obj_id>/phot_stat", statistics.PhotStatEndpoint),
    [
        path("source/<str:name>/photometry", pages.photometry, name="source-photometry"),
        path("source/<str:name>/photometry.csv", pages.export, name="source-photometry-csv"),
        path("source/<str:name>/photometry/table", pages.table, name="source-photometry-table"),
        path("source/<str:name>/frozen", frozen_pages.panel, name="source-frozen"),
        path("source/<str:name>/freeze", frozen_pages.freeze, name="source-freeze"),
        path("frozen/<str:frozen_key>", frozen_pages.page, name="frozen"),
        path("frozen/<str:frozen_key>/photometry.<str:form>", frozen_pages.file, name="frozen-file"),
        path("source/<str:name>/series", series_pages.panel, name="source-series"),
        path("source/<str:name>/series/figure.json", series_pages.figure, name="source-series-figure"),
        path("source/<str:name>/series/<int:series_id>.h5", series_pages.file, name="source-series-file"),
        path("photometry/upload", uploading.upload, name="photometry-upload"),
        path("photometry/upload/<int:upload_id>/undo", uploading.undo, name="photometry-upload-undo"),
        path("source/<str:name>/photometry/upload", uploading.upload, name="source-photometry-upload"),
        path("source/<str:name>/photometry/<int:point_id>", points.details, name="source-point-details"),
        path("source/<str:name>/photometry/point", points.point, name="source-point"),
        path("source/<str:name>/photometry/copy", points.copy, name="source-photometry-copy"),
        path("source/<str:name>/photometry/share", points.share, name="source-points-share"),
        path("source/<str:name>/photometry/judge", points.judge, name="source-points-judge"),
        path("source/<str:name>/photometry/judge/undo", points.judge_undo, name="source-points-judge-undo"),
        path("source/<str:name>/photometry/delete-upload", points.delete_upload, name="source-upload-delete"),
        path("source/<str:name>/photometry/delete", points.delete, name="source-points-delete"),
        path("source/<str:name>/light-curve.json", pages.figure, name="source-light-curve"),
    ],
)
