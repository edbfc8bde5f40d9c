"""Objs and sources, lists of them, their pictures, the dashboard."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import dashboard, galaxies, imports, links, listings, sources, statistics, tags, thumbnails
from ..views import arranging, heading, home, importing, lists, pages, pairs, saving, searching
from ..views import galaxies as galaxy_pages

urlpatterns = flatten(
    routes("sources[/<str:obj_id>]", sources.SourcesEndpoint),
    routes("sources/<str:obj_id>/groups", sources.SourceGroupsOfEndpoint),
    routes("sources/<str:obj_id>/position", statistics.PositionEndpoint),
    routes("sources/<str:obj_id>/host", links.HostEndpoint),
    routes("sources/<str:obj_id>/interests[/<str:interest_id>]", links.Interests),
    routes("sources/<str:obj_id>/labels", links.Labels),
    routes("super_objs[/<str:super_obj_id>]", links.SuperObjs),
    routes("objtagoption[/<str:tag_id>]", tags.TagOptions),
    routes("objtag[/<str:association_id>]", tags.Tags),
    routes("galaxy_catalog/ascii", galaxies.GalaxyCatalogText),  # before a catalogue of that name
    routes("galaxy_catalog/ned", galaxies.NedCatalog),
    routes("galaxy_catalog/regalade", galaxies.RegaladeCatalog),
    routes("galaxy_catalog[/<str:catalog_name>]", galaxies.GalaxyCatalog),
    routes("catalogs/gaia_alerts", imports.GaiaAlertsView),
    routes("catalogs/swift_lsxps", imports.SwiftLsxpsView),
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
        path("watchlist", lists.watched, name="watchlist"),
        path("sources/export", lists.export, name="sources-export"),
        path("sources/imports", importing.transients, name="transient-imports"),
        path("sources/imports/rows", importing.rows, name="transient-imports-rows"),
        path("sources/columns", searching.columns, name="sources-columns"),
        path("sources/searches", searching.keep, name="search-keep"),
        path("sources/searches/<int:search_id>/delete", searching.forget, name="search-forget"),
        path("source/<str:name>/list-tags", searching.list_tags, name="source-list-tags"),
        path("favourites", lists.favourites, name="favourites"),
        path("sources/layout", arranging.layout, name="source-layout"),
        path("source/<str:name>", pages.source, name="source"),
        path("source/<str:name>/facts", pages.facts, name="source-facts"),
        path("source/<str:name>/others", pages.others, name="source-others"),
        path("source/<str:name>/head", heading.head, name="source-head"),
        path("source/<str:name>/redshift", heading.redshift, name="source-redshift"),
        path("source/<str:name>/tag", heading.tag, name="source-tag"),
        path("source/<str:name>/untag", heading.untag, name="source-untag"),
        path("source/<str:name>/host", heading.host, name="source-host"),
        path("source/<str:name>/groups", saving.groups, name="source-groups"),
        path("source/<str:name>/save", saving.save, name="source-save"),
        path("source/<str:name>/ask", saving.ask, name="source-ask"),
        path("source/<str:name>/decide", saving.decide, name="source-decide"),
        path("source/<str:name>/unsave", saving.unsave, name="source-unsave"),
        path("source/<str:name>/favourite", saving.favourite, name="source-favourite"),
        path("source/<str:name>/watch", saving.watch, name="source-watch"),
        path("galaxies", galaxy_pages.index, name="galaxies"),
        path("galaxies/loads", galaxy_pages.loads, name="galaxy-loads"),
        path("galaxies/upload", galaxy_pages.upload, name="galaxies-upload"),
        path("galaxies/<str:catalog_name>/delete", galaxy_pages.delete, name="galaxies-delete"),
        path("duplicates", pairs.duplicates, name="duplicates"),
        path("duplicates/link", pairs.link, name="duplicates-link"),
    ],
)
