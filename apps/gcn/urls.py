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
from .api.spatial import SpatialCatalogView, SpatialTextView
from .api.texts import ReportsView, SummariesView
from .api.visibility import MapAirmassView, MapObservabilityView, MapWorldView
from .views import circulars, events, galaxies, notices, panels, public, skies, spatial, texts, visibility

urlpatterns = flatten(
    routes("gcn_event/properties", PropertyNamesView),  # before an event of that time
    routes("gcn_event/tags[/<str:dateobs>]", TagsView),
    routes("gcn_event[/<str:dateobs>]", EventsView),
    routes("gcn_event/<str:dateobs>/alias", AliasView),
    routes("gcn_event/<str:dateobs>/users[/<str:user_id>]", AdvocatesView),
    routes("gcn_event/<str:dateobs>/notice/<str:notice_id>/download", NoticeView, name="notice-download"),
    routes("localization/tags", LocalizationTagsView),
    routes("localization/properties", LocalizationPropertiesView),
    routes("localization/<str:dateobs>/name[/<str:localization_name>]", LocalizationView),
    routes(
        "localization/<str:dateobs>/name/<str:localization_name>/download", LocalizationFileView, name="map-download"
    ),
    routes("localization/<str:dateobs>/notice[/<str:notice_id>]", LocalizationNoticeView),
    routes("localizationcrossmatch", CrossmatchView),
    routes("sources_in_gcn/<str:dateobs>[/<str:source_id>]", CounterpartsView),
    routes("associated_gcns/<str:source_id>", AssociatedView),
    routes("sources/<str:obj_id>/gcn_event", ObjCrossmatchView),
    # --- pages ---
    [
        path("events", events.index, name="events"),
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
        path("event/<str:dateobs>/galaxies", galaxies.panel, name="event-galaxies"),
        path("map/<int:localization_id>/delete", panels.forget_map, name="map-delete"),
        path("event/<str:dateobs>/circulars", circulars.of_event, name="event-circulars"),
        path("circular/<int:number>", circulars.one, name="circular"),
        path("operator/notices", notices.index, name="notices"),
        path("operator/notices/<int:notice_id>", notices.one, name="received-notice"),
        path("operator/notices/replay", notices.replay, name="replay-notices"),
    ],
    # --- places that people name ---
    routes("spatial_catalog/ascii", SpatialTextView),  # before a catalogue of that id
    routes("spatial_catalog[/<str:catalog_id>]", SpatialCatalogView),
    [
        path("spatial-catalogs", spatial.index, name="spatial-catalogs"),
        path("spatial-catalogs/<int:catalog_id>", spatial.one, name="spatial-catalog"),
        path("spatial-catalogs/<int:catalog_id>/delete", spatial.delete, name="spatial-catalog-delete"),
    ],
    routes("localization/<str:localization_id>/airmass[/<str:telescope_id>]", MapAirmassView),
    routes("localization/<str:localization_id>/observability", MapObservabilityView, name="map-observability"),
    routes("localization/<str:localization_id>/worldmap", MapWorldView, name="map-world"),
    # --- what is told of events ---
    routes("gcn_event/<str:dateobs>/summary[/<str:summary_id>]", SummariesView),
    routes("gcn_event/<str:dateobs>/report[/<str:report_id>]", ReportsView),
    [
        path("event/<str:dateobs>/visibility", visibility.panel, name="event-visibility"),
        path("event/<str:dateobs>/texts", texts.panel, name="event-texts"),
        path("event/<str:dateobs>/texts/ask/<slug:what>", texts.ask, name="event-text-ask"),
        path("event/<str:dateobs>/summary/<int:summary_id>", texts.summary, name="event-summary"),
        path("event/<str:dateobs>/report/<int:report_id>", texts.report, name="event-report"),
        path(
            "event/<str:dateobs>/report/<int:report_id>/change/<slug:deed>", texts.publish, name="event-report-publish"
        ),
        path("event/<str:dateobs>/texts/<slug:what>/<int:text_id>/delete", texts.delete, name="event-text-delete"),
        path("public/reports/gcn", public.reports, name="public-reports"),
        path("public/reports/gcn/", public.reports),
        path("public/reports/gcn/<int:report_id>", public.report, name="public-report"),
        path("public/reports/gcn/<int:report_id>/<slug:option>", public.report, name="public-report-option"),
    ],
)
