"""Doors of this app."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from .api.counterparts import AssociatedView, CounterpartsView, ObjCrossmatchView
from .api.events import AdvocatesView, AliasView, EventsView, NoticeView, PropertyNamesView, TagsView
from .api.localizations import (
    CrossmatchView,
    LocalizationFileView,
    LocalizationNoticeView,
    LocalizationPropertiesView,
    LocalizationTagsView,
    LocalizationView,
)
from .views import notices

urlpatterns = flatten(
    routes("gcn_event/properties", PropertyNamesView),  # before an event of that time
    routes("gcn_event/tags[/<str:dateobs>]", TagsView),
    routes("gcn_event[/<str:dateobs>]", EventsView),
    routes("gcn_event/<str:dateobs>/alias", AliasView),
    routes("gcn_event/<str:dateobs>/users[/<str:user_id>]", AdvocatesView),
    routes("gcn_event/<str:dateobs>/notice/<str:notice_id>/download", NoticeView),
    routes("localization/tags", LocalizationTagsView),
    routes("localization/properties", LocalizationPropertiesView),
    routes("localization/<str:dateobs>/name[/<str:localization_name>]", LocalizationView),
    routes("localization/<str:dateobs>/name/<str:localization_name>/download", LocalizationFileView),
    routes("localization/<str:dateobs>/notice[/<str:notice_id>]", LocalizationNoticeView),
    routes("localizationcrossmatch", CrossmatchView),
    routes("sources_in_gcn/<str:dateobs>[/<str:source_id>]", CounterpartsView),
    routes("associated_gcns/<str:source_id>", AssociatedView),
    routes("sources/<str:obj_id>/gcn_event", ObjCrossmatchView),
    # --- pages ---
    [
        path("operator/notices", notices.index, name="notices"),
        path("operator/notices/<int:notice_id>", notices.one, name="received-notice"),
        path("operator/notices/replay", notices.replay, name="replay-notices"),
    ],
)
