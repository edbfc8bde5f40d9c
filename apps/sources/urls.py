"""Doors of this app."""

from skyportal.api.routes import flatten, routes

from .api import instruments, photometry

urlpatterns = flatten(
    # --- objs, sources, photometry, instruments ---
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
