"""Every door of the house."""

from django.contrib import admin
from django.urls import include, path

from skyportal.api.site import Docs
from skyportal.web.csp import allows_documentation

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("skyportal.web.urls")),
    path("", include("apps.groups.urls")),
    path("", include("apps.sources.urls")),
    path("", include("apps.candidates.urls")),
    path("", include("apps.followup.urls")),
    path("", include("apps.gcn.urls")),
    path("docs", allows_documentation(Docs.as_view()), name="docs"),
    path("", include("skyportal.api.urls")),  # last: it answers every unknown path under /api
]
