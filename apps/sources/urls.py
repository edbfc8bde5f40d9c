"""Doors of this app."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from .api import (
    annotations,
    classifications,
    comments,
    dashboard,
    instruments,
    listings,
    photometry,
    sources,
    statistics,
    taxonomies,
    thumbnails,
)
from .views import classifying, home, lists, pages, remarks, saving

urlpatterns = flatten(
    routes("sources/comments", comments.Comments),  # before a source of that name
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
    routes("sources/<str:obj_id>/comments/channels", comments.Channels),
    routes("sources/<str:obj_id>/comments/<str:comment_id>/attachment[.pdf]", comments.CommentAttachment),
    routes("sources/<str:obj_id>/comments[/<str:comment_id>]", comments.Comments),
    routes("sources/comments/<str:comment_id>", comments.Comments),
    routes("sources/<str:obj_id>/annotations[/<str:annotation_id>]", annotations.Annotations),
    routes("internal/annotations_info", annotations.AnnotationsInfo),
    routes("classification/sources", classifications.ClassifiedSources),
    routes("classification/votes[/<str:classification_id>]", classifications.Votes),
    routes("classification[/<str:classification_id>]", classifications.Classifications),
    routes("sources/<str:obj_id>/classifications", classifications.ClassificationsOfSource),
    routes("taxonomy[/<str:taxonomy_id>]", taxonomies.Taxonomies),
    routes("thumbnail[/<str:thumbnail_id>]", thumbnails.Thumbnails),
    [path("thumbnails/<int:thumbnail_id>.png", thumbnails.ThumbnailFile.as_view(), name="thumbnail-file")],
    routes("listing[/<str:listing_id>]", listings.Listings),
    [
        path("source/<str:name>/comments", remarks.comments, name="source-comments"),
        path("source/<str:name>/comments/<int:comment_id>", remarks.comment, name="source-comment"),
        path(
            "source/<str:name>/comments/<int:comment_id>/delete", remarks.comment_delete, name="source-comment-delete"
        ),
        path("source/<str:name>/annotations", remarks.annotated, name="source-annotations"),
        path("source/<str:name>/classifications", classifying.classifications, name="source-classifications"),
        path("source/<str:name>/classify", classifying.classify_form, name="source-classify"),
        path(
            "source/<str:name>/classifications/<int:classification_id>/vote",
            classifying.vote,
            name="source-classification-vote",
        ),
        path(
            "source/<str:name>/classifications/<int:classification_id>/delete",
            classifying.classification_delete,
            name="source-classification-delete",
        ),
    ],
    # --- pages ---
    [
        path("", home.home, name="home"),
        path("home/recent", home.recent, name="home-recent"),
        path("search", pages.search, name="search"),
        path("sources", lists.sources, name="sources"),
        path("favourites", lists.favourites, name="favourites"),
        path("source/<str:name>", pages.source, name="source"),
        path("source/<str:name>/photometry", pages.photometry, name="source-photometry"),
        path("source/<str:name>/photometry.csv", pages.photometry_csv, name="source-photometry-csv"),
        path("source/<str:name>/light-curve.json", pages.light_curve, name="source-light-curve"),
        path("source/<str:name>/groups", saving.groups, name="source-groups"),
        path("source/<str:name>/save", saving.save, name="source-save"),
        path("source/<str:name>/unsave", saving.unsave, name="source-unsave"),
        path("source/<str:name>/favourite", saving.favourite, name="source-favourite"),
    ],
)
