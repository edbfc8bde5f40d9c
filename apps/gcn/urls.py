"""Doors of this app."""

from django.urls import path

from .views import notices

urlpatterns = [
    path("operator/notices", notices.index, name="notices"),
    path("operator/notices/<int:notice_id>", notices.one, name="received-notice"),
    path("operator/notices/replay", notices.replay, name="replay-notices"),
]
