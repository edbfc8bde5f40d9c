"""Doors of this app."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from .api.counterparts import AssociatedView, CounterpartsView, ObjCrossmatchView
from .api.events import AdvocatesView, AliasView, EventsView, NoticeView, PropertyNamesView, RecentEventsView, TagsView
from .api.localizations import (
    CrossmatchView,
    LocalizationFileView,
    LocalizationNoticeView,
    LocalizationPropertiesView,
    LocalizationTagsView,
    LocalizationView,
)
from .views import circulars, events, notices, panels, skies

urlpatterns = flatten(
    routes("gcn_event/properties", PropertyNamesView),  # before an event of that time
    routes("gcn_event/tags[/<str:dateobs>]", TagsView),
    routes("gcn_event[/<str:dateobs>]", EventsView),
    routes("gcn_event/<str:dateobs>/alias", AliasView),
    routes("gcn_event/<str:dateobs>/users[/<str:user_id>]", AdvocatesView),
    routes("gcn_event/<str:dateobs>/notice/<str:notice_id>/download", NoticeView),
    routes("internal/recent_gcn_events", RecentEventsView),
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
        path("events", events.index, name="events"),
        path("home/events", events.recent, name="home-events"),
        path("event/<str:dateobs>", events.event, name="event"),
        path("event/<str:dateobs>/head", events.head, name="event-head"),
        path("event/<str:dateobs>/change/<slug:deed>", events.change, name="event-change"),
        path("event/<str:dateobs>/sky", skies.panel, name="event-sky"),
        path("map/<int:localization_id>/plot", skies.plot, name="map-plot"),
        path("map/<int:localization_id>/sky.png", skies.picture, name="map-picture"),
        path("event/<str:dateobs>/properties", panels.properties, name="event-properties"),
        path("event/<str:dateobs>/notices", panels.notices, name="event-notices"),
        path("event/<str:dateobs>/maps", panels.localizations, name="event-localizations"),
        path("event/<str:dateobs>/maps/cross", panels.cross, name="event-cross"),
        path("event/<str:dateobs>/notice/<int:notice_id>/locate", panels.locate_again, name="event-locate"),
        path("event/<str:dateobs>/objs", panels.objs, name="event-objs"),
        path("event/<str:dateobs>/objs/<str:name>/judge", panels.judge, name="event-judge"),
        path("map/<int:localization_id>/delete", panels.forget_map, name="map-delete"),
        path("event/<str:dateobs>/circulars", circulars.of_event, name="event-circulars"),
        path("circular/<int:number>", circulars.one, name="circular"),
        path("operator/notices", notices.index, name="notices"),
        path("operator/notices/<int:notice_id>", notices.one, name="received-notice"),
        path("operator/notices/replay", notices.replay, name="replay-notices"),
    ],
)
