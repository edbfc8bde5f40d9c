"""Objs and sources, lists of them, their pictures, the dashboard."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import dashboard, listings, sources, statistics, thumbnails
from ..views import home, lists, pages, saving

urlpatterns = flatten(
    routes("sources[/<str:obj_id>]", sources.SourcesEndpoint),
    routes("sources/<str:obj_id>/groups", sources.SourceGroupsOfEndpoint),
    routes("sources/<str:obj_id>/position", statistics.PositionEndpoint),
    routes("source_groups", sources.SourceGroupsEndpoint),
    routes("source_exists[/<str:obj_id>]", sources.SourceExistsEndpoint),
    routes("objs/<str:obj_id>", sources.ObjEndpoint),
    routes("internal/source_views[/<str:obj_id>]", dashboard.SourceViewsEndpoint),
    routes("internal/recent_sources", dashboard.RecentSourcesEndpoint),
    routes("internal/source_counts", dashboard.SourceCountsEndpoint),
    routes("internal/source_savers", dashboard.SourceSaversEndpoint),
    routes("thumbnail[/<str:thumbnail_id>]", thumbnails.Thumbnails),
    [path("thumbnails/<int:thumbnail_id>.png", thumbnails.ThumbnailFile.as_view(), name="thumbnail-file")],
    routes("listing[/<str:listing_id>]", listings.Listings),
    [
        path("", home.home, name="home"),
        path("home/recent", home.recent, name="home-recent"),
        path("search", pages.search, name="search"),
        path("sources", lists.sources, name="sources"),
        path("favourites", lists.favourites, name="favourites"),
        path("source/<str:name>", pages.source, name="source"),
        path("source/<str:name>/groups", saving.groups, name="source-groups"),
        path("source/<str:name>/save", saving.save, name="source-save"),
        path("source/<str:name>/unsave", saving.unsave, name="source-unsave"),
        path("source/<str:name>/favourite", saving.favourite, name="source-favourite"),
    ],
)
