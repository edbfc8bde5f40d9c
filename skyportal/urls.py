"""Every door of the house."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("skyportal.web.urls")),
    path("", include("apps.groups.urls")),
    path("", include("apps.sources.urls")),
    path("", include("apps.candidates.urls")),
]
