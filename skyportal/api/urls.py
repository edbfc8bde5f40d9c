"""Doors of the project itself. The last one catches every other path under /api, so this list comes last."""

from django.urls import path, re_path

from . import site
from .routes import flatten, routes

urlpatterns = [
    *flatten(
        routes("config", site.Config),
        routes("enum_types", site.EnumTypes),
        routes("sysinfo", site.SysInfo),
        routes("internal/dbinfo", site.DatabaseInfo),
        routes("db_stats", site.DatabaseStats),
    ),
    path("api/openapi.json", site.OpenApi.as_view(), name="openapi"),
    re_path(r"^api(?:/.*)?$", site.Unknown.as_view(), name="unknown-api"),
]
