"""Doors of this app."""

from skyportal.api.routes import flatten

urlpatterns = flatten(
    # --- objs, sources, photometry, instruments ---
    # --- comments, annotations, classifications, taxonomies, thumbnails, listings ---
    # --- pages ---
)
