"""Doors of this app."""

from django.urls import path

from skyportal.api.routes import flatten

from .views import pages, saving

urlpatterns = flatten(
    # --- objs, sources, photometry, instruments ---
    # --- comments, annotations, classifications, taxonomies, thumbnails, listings ---
    # --- pages ---
    [
        path("search", pages.search, name="search"),
        path("source/<str:name>", pages.source, name="source"),
        path("source/<str:name>/photometry", pages.photometry, name="source-photometry"),
        path("source/<str:name>/photometry.csv", pages.photometry_csv, name="source-photometry-csv"),
        path("source/<str:name>/groups", saving.groups, name="source-groups"),
        path("source/<str:name>/save", saving.save, name="source-save"),
        path("source/<str:name>/unsave", saving.unsave, name="source-unsave"),
        path("source/<str:name>/favourite", saving.favourite, name="source-favourite"),
    ],
)
