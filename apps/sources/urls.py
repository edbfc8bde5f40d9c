"""Doors of this app."""

from skyportal.api.routes import flatten, routes

from .api import dashboard, instruments, photometry, sources, statistics

urlpatterns = flatten(
    # --- objs, sources, photometry, instruments ---
    routes("sources[/<str:obj_id>]", sources.SourcesEndpoint),
    routes("sources/<str:obj_id>/groups", sources.SourceGroupsOfEndpoint),
    routes("source_groups", sources.SourceGroupsEndpoint),
    routes("source_exists[/<str:obj_id>]", sources.SourceExistsEndpoint),
    routes("objs/<str:obj_id>", sources.ObjEndpoint),
    routes("sources/<str:obj_id>/phot_stat", statistics.PhotStatEndpoint),
    routes("sources/<str:obj_id>/position", statistics.PositionEndpoint),
    routes("internal/source_views[/<str:obj_id>]", dashboard.SourceViewsEndpoint),
    routes("internal/recent_sources", dashboard.RecentSourcesEndpoint),
    routes("internal/source_counts", dashboard.SourceCountsEndpoint),
    routes("internal/source_savers", dashboard.SourceSaversEndpoint),
    routes("telescope[/<str:telescope_id>]", instruments.TelescopeEndpoint),
    routes("instrument[/<str:instrument_id>]", instruments.InstrumentEndpoint),
    routes("photometry/range", photometry.PhotometryRangeEndpoint),
    routes("photometry/origins", photometry.OriginsEndpoint),
    routes("photometry/bulk_delete/<str:upload_id>", photometry.BulkDeleteEndpoint),
    routes("photometry[/<str:photometry_id>]", photometry.PhotometryEndpoint),
    routes("sources/<str:obj_id>/photometry", photometry.ObjPhotometryEndpoint),
    # --- comments, annotations, classifications, taxonomies, thumbnails, listings ---
    # --- pages ---
)
