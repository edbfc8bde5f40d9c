"""Public pages and releases, and bundles of an obj."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import publishing as api
from ..views import bundles, public, publishing

_VERSION = "public/sources/<str:source_id>/version/<str:version_hash>"
_RELEASED = "public/releases/<str:link_name>/sources/<str:source_id>"

urlpatterns = flatten(
    routes("public_pages/release[/<str:release_id>]", api.PublicReleases),
    routes("public_pages/source/<str:source_id>", api.PublicPages),
    [
        path("public/sources", public.sources, name="public-sources"),
        path("public/sources/", public.sources),
        path("public/releases/", public.releases),
        path("public/releases", public.releases, name="public-releases"),
        path("public/sources/<str:source_id>", public.source, name="public-source-newest"),
        path("public/sources/<str:source_id>/version", public.source),
        path("public/sources/<str:source_id>/version/", public.source),
        path(_VERSION, public.source, name="public-source"),
        path(f"{_VERSION}/data.json", public.source, {"form": "json"}, name="public-source-json"),
        path(f"{_VERSION}/photometry.csv", public.source, {"form": "csv"}, name="public-source-csv"),
        path("public/releases/<str:link_name>", public.release, name="public-release"),
        path(_RELEASED, public.source),
        path(f"{_RELEASED}/version/<str:version_hash>", public.source, name="public-release-source"),
        path("source/<str:name>/public-pages", publishing.public_pages, name="source-public-pages"),
        path("source/<str:name>/public-pages/<int:page_id>/withdraw", publishing.withdraw, name="source-withdraw"),
        path("source/<str:name>/bundle", bundles.bundle, name="source-bundle"),
        path("releases", publishing.releases, name="releases"),
        path("bundles", bundles.upload, name="bundles"),
    ],
)
