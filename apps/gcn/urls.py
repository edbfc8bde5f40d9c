"""Doors of this app."""

from django.urls import path

from apps.sources.views.doors import doors
from skyportal.api.routes import flatten, routes

from .api.archives import FromGraceDB, FromTach
from .api.comments import AttachmentOnEvent, CommentsOnEvent
from .api.counterparts import AssociatedView, CounterpartsView, CrossmatchesView, ObjCrossmatchView
from .api.detectors import Detectors, Intervals, Spectra
from .api.earthquakes import (
    AttachmentOnEarthquake,
    CommentsOnEarthquake,
    Earthquakes,
    Measurements,
    Predictions,
    Statuses,
)
from .api.events import AdvocatesView, AliasView, EventsView, NoticeView, PropertyNamesView, RecentEventsView, TagsView
from .api.facilities import CatalogQueries, CatalogQueriesOfEvent, SkymapTriggers, Triggered
from .api.localizations import (
    CrossmatchView,
    InstrumentFieldsView,
    LocalizationFileView,
    LocalizationNoticeView,
    LocalizationPropertiesView,
    LocalizationTagsView,
    LocalizationView,
)
from .api.reminders import RemindersOfEarthquake, RemindersOfEvent
from .api.spatial import SpatialCatalogView, SpatialTextView
from .api.tag_rules import TagRules
from .api.texts import ReportsView, SummariesView
from .api.visibility import MapAirmassView, MapObservabilityView, MapWorldView
from .views import (
    announcing,
    archives,
    circulars,
    detectors,
    earthquakes,
    events,
    facilities,
    galaxies,
    notices,
    of_source,
    panels,
    public,
    skies,
    spatial,
    tag_rules,
    talk,
    texts,
    visibility,
)

urlpatterns = flatten(
    routes("gcn_event/properties", PropertyNamesView),  # before an event of that time
    routes("gcn_event/tags[/<str:dateobs>]", TagsView),
    routes("gcn_event/comments[/<str:comment_id>]", CommentsOnEvent),
    routes("gcn_event/<str:resource_id>/comments/<str:comment_id>/attachment[.pdf]", AttachmentOnEvent),
    routes("gcn_event/<str:resource_id>/comments[/<str:comment_id>]", CommentsOnEvent),
    routes("gcn_event[/<str:dateobs>]", EventsView),
    routes("gcn_event/<str:dateobs>/alias", AliasView),
    routes("gcn_event/<str:dateobs>/users[/<str:user_id>]", AdvocatesView),
    routes("gcn_event/<str:dateobs>/notice/<str:notice_id>/download", NoticeView, name="notice-download"),
    routes("gcn_event/<str:dateobs>/crossmatch", CrossmatchesView),
    routes("gcn_event/<str:dateobs>/instrument[/<str:instrument_id>]", InstrumentFieldsView),
    routes("catalog_queries", CatalogQueries),
    routes("gcn_event/<str:gcnevent_id>/catalog_query", CatalogQueriesOfEvent),
    routes("gcn_event/<str:dateobs>/triggered[/<str:allocation_id>]", Triggered),
    routes("skymap_trigger[/<str:allocation_id>]", SkymapTriggers),
    routes("internal/recent_gcn_events", RecentEventsView),
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
    routes("mmadetector/time_intervals[/<str:time_interval_id>]", Intervals),  # before a detector of that name
    routes("mmadetector/spectra[/<str:spectrum_id>]", Spectra),
    routes("mmadetector[/<str:mmadetector_id>]", Detectors),
    routes("earthquake/status", Statuses),
    routes("earthquake/comments[/<str:comment_id>]", CommentsOnEarthquake),
    routes("earthquake[/<str:event_id>]", Earthquakes),
    routes("earthquake/<str:resource_id>/comments/<str:comment_id>/attachment[.pdf]", AttachmentOnEarthquake),
    routes("earthquake/<str:resource_id>/comments[/<str:comment_id>]", CommentsOnEarthquake),
    routes("earthquake/<str:earthquake_id>/mmadetector/<str:mma_detector_id>/predictions", Predictions),
    routes("earthquake/<str:earthquake_id>/mmadetector/<str:mma_detector_id>/measurements", Measurements),
    routes("gcn_event/<str:dateobs>/gracedb", FromGraceDB),
    routes("gcn_event/<str:dateobs>/tach", FromTach),
    routes("default_gcn_tag[/<str:rule_id>]", TagRules),
    routes("gcn_event/<str:resource_id>/reminders[/<str:reminder_id>]", RemindersOfEvent),
    routes("earthquake/<str:resource_id>/reminders[/<str:reminder_id>]", RemindersOfEarthquake),
    # --- pages ---
    [
        path("events", events.index, name="events"),
        path("events/tag-rules", tag_rules.index, name="tag-rules"),
        path("events/tag-rules/<int:rule_id>", tag_rules.one, name="tag-rule"),
        path("events/tag-rules/<int:rule_id>/delete", tag_rules.delete, name="tag-rule-delete"),
        path("events/options", events.options, name="event-options"),
        path("events/new", announcing.announce, name="event-new"),
        path("event/<str:dateobs>/maps/new", announcing.add_map, name="event-add-map"),
        path("home/events", events.recent, name="home-events"),
        path("event/<str:dateobs>", events.event, name="event"),
        path("event/<str:dateobs>/head", events.head, name="event-head"),
        path("event/<str:dateobs>/change/<slug:deed>", events.change, name="event-change"),
        *doors(talk.OF_EVENTS, "event/<str:dateobs>"),
        path("event/<str:dateobs>/gracedb", archives.gracedb, name="event-gracedb"),
        path("event/<str:dateobs>/ask/<slug:archive>", archives.ask, name="event-ask"),
        path("event/<str:dateobs>/sky", skies.panel, name="event-sky"),
        path("source/<str:name>/events", of_source.panel, name="source-events"),
        path("source/<str:name>/events/match", of_source.match, name="source-events-match"),
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
        path("detectors", detectors.index, name="detectors"),
        path("earthquakes", earthquakes.index, name="earthquakes"),
        path("earthquake/<str:quake>", earthquakes.one, name="earthquake"),
        path("earthquake/<str:quake>/waves", earthquakes.waves, name="earthquake-waves"),
        path("earthquake/<str:quake>/predict/<int:detector_id>", earthquakes.predict, name="earthquake-predict"),
        *doors(talk.OF_EARTHQUAKES, "earthquake/<str:quake>"),
        path("operator/notices", notices.index, name="notices"),
        path("operator/notices/feed", notices.feed, name="notices-feed"),
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
        path("event/<str:dateobs>/galaxies", galaxies.panel, name="event-galaxies"),
        path("event/<str:dateobs>/telescope-time", facilities.panel, name="event-telescope-time"),
        path("event/<str:dateobs>/telescope-time/catalog", facilities.ask_catalog, name="event-ask-catalog"),
        path("event/<str:dateobs>/telescope-time/send", facilities.send, name="event-send-map"),
        path("event/<str:dateobs>/telescope-time/<int:trigger_id>/remove", facilities.remove, name="event-remove-map"),
        path(
            "event/<str:dateobs>/telescope-time/<int:allocation_id>/flag/<slug:flag>",
            facilities.flag,
            name="event-triggered",
        ),
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
