"""Doors of this app."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from .api.broker_filters import (
    AllFiltersView,
    AttachView,
    BrokerFiltersView,
    FilterModulesView,
    TryFilterView,
    ValidateFilterView,
)  # fmt: skip
from .api.brokers import (
    BrokerAlertsView,
    BrokerConeView,
    BrokerCutoutsView,
    BrokerKindsView,
    BrokerPhotometryView,
    BrokerSaveView,
    BrokersView,
    SurveyPhotometryView,
)  # fmt: skip
from .api.candidates import BulkDeleteView, CandidateRowsView, CandidatesView, CandidateView
from .api.filters import FiltersView
from .api.keys_said import AltdataInfoView
from .api.reports import ScanReportItemsView, ScanReportsView
from .views import archive, brokers, deciding, filters, home, lamps, packets, profiles, reports, scan, sessions, workshop

urlpatterns = flatten(
    routes("candidates/bulk_delete", BulkDeleteView),  # before a candidate of that name
    routes("candidates/scan_reports", ScanReportsView),
    routes("candidates/scan_reports/<str:report_id>/items[/<str:item_id>]", ScanReportItemsView),
    routes("candidates[/<str:obj_id>]", CandidatesView),
    routes("candidates/<str:obj_id>/<str:filter_id>", CandidateView),
    routes("candidates_filter", CandidateRowsView),
    routes("filters[/<str:filter_id>]", FiltersView),
    routes("internal/altdata_info", AltdataInfoView),
    routes("internal/broker_apis", BrokerKindsView),
    routes("brokers/filters", AllFiltersView),  # before a broker of that name
    routes("brokers/filters/<str:filter_id>/attach", AttachView),
    routes("brokers/photometry/<str:object_id>", SurveyPhotometryView),
    routes("brokers[/<str:broker_id>]", BrokersView),
    routes("brokers/<str:broker_id>/alerts[/<str:alert_id>]", BrokerAlertsView),
    routes("brokers/<str:broker_id>/alerts/<str:alert_id>/cutouts", BrokerCutoutsView),
    routes("brokers/<str:broker_id>/alerts/<str:alert_id>/photometry", BrokerPhotometryView),
    routes("brokers/<str:broker_id>/alerts/<str:alert_id>/save", BrokerSaveView),
    routes("brokers/<str:broker_id>/cone_search", BrokerConeView),
    routes("brokers/<str:broker_id>/filter/test", TryFilterView),
    routes("brokers/<str:broker_id>/filter_modules[/<str:name>]", FilterModulesView),
    routes("brokers/<str:broker_id>/filters[/<str:filter_id>]", BrokerFiltersView),
    routes("brokers/<str:broker_id>/filters/<str:filter_id>/validate", ValidateFilterView),
    # --- pages ---
    [
        path("candidates", scan.scan, name="scan"),
        path("candidates/new", scan.news, name="scan-news"),
        path("candidates/<str:name>/save", deciding.save, name="scan-save"),
        path("candidates/<str:name>/unsave", deciding.unsave, name="scan-unsave"),
        path("candidates/<str:name>/reject", deciding.reject, name="scan-reject"),
        path("candidates/<str:name>/unreject", deciding.unreject, name="scan-unreject"),
        path("candidates/<str:name>/comment", deciding.comment, name="scan-comment"),
        path("candidates/<str:name>/tag", deciding.tag, name="scan-tag"),
        path("candidates/<str:name>/classify", deciding.classify, name="scan-classify"),
        path("candidates/<str:name>/form/<str:kind>", deciding.form, name="scan-form"),
        path("candidates/<str:name>/log", deciding.log, name="scan-log"),
        path("scanning/seen", deciding.seen, name="scan-seen"),
        path("scanning/profiles", profiles.menu, name="scan-profiles"),
        path("scanning/profiles/keep", profiles.keep, name="scan-profile-keep"),
        path("scanning/profile/<int:profile_id>/delete", profiles.forget, name="scan-profile-forget"),
        path("scanning/profile/<int:profile_id>/choose", profiles.choose, name="scan-profile-choose"),
        path("scanning/sessions", sessions.index, name="scan-sessions"),
        path("scanning/session/<int:session_id>", sessions.page, name="scan-session"),
        path("scanning/session/<int:session_id>/state", sessions.state, name="scan-session-state"),
        path("scanning/session/<int:session_id>/<str:deed>", sessions.act, name="scan-session-act"),
        path("scanning/reports", reports.index, name="scan-reports"),
        path("scanning/report/<int:report_id>", reports.page, name="scan-report"),
        path("scanning/report/<int:report_id>/delete", reports.delete, name="scan-report-delete"),
        path("scanning/report/<int:report_id>/comment/<int:item_id>", reports.comment, name="scan-report-comment"),
        path("home/candidates", home.new_candidates, name="home-candidates"),
        path("streams/lamps", lamps.lamps, name="stream-lamps"),
        path("filters", filters.index, name="filters"),
        path("filters/new", filters.new, name="filter-new"),
        path("filter/<int:filter_id>", filters.page, name="filter"),
        path("filter/<int:filter_id>/check", filters.check, name="filter-check"),
        path("filter/<int:filter_id>/version", filters.version, name="filter-version"),
        path("filter/<int:filter_id>/activate/<int:number>", filters.activate, name="filter-activate"),
        path("filter/<int:filter_id>/switch", filters.switch, name="filter-switch"),
        path("filters/gallery", workshop.gallery, name="filter-gallery"),
        path("filter/<int:filter_id>/try", workshop.attempt, name="filter-try"),
        path("filter/<int:filter_id>/why", workshop.why, name="filter-why"),
        path("filter/<int:filter_id>/fields", workshop.fields, name="filter-fields"),
        path("filter/<int:filter_id>/diff", workshop.compare, name="filter-diff"),
        path("backtest/<int:test_id>", workshop.page, name="backtest"),
        path("backtest/<int:test_id>/state", workshop.state, name="backtest-state"),
        path("backtest/<int:test_id>/cancel", workshop.cancel, name="backtest-cancel"),
        path("archive", archive.index, name="archive"),
        path("archive/pointings", archive.pointings, name="pointings"),
        path("archive/<int:stream_id>/<str:night>/<str:candid>", archive.packet, name="archive-packet"),
        path(
            "archive/<int:stream_id>/<str:night>/<str:candid>/<str:role>.png", archive.picture, name="archive-picture"
        ),
        path("brokers", brokers.index, name="brokers"),
        path("brokers/new/<str:key>", brokers.new, name="broker-new"),
        path("broker/<int:broker_id>", brokers.page, name="broker"),
        path("broker/<int:broker_id>/found", brokers.search, name="broker-search"),
        path("broker/<int:broker_id>/switch", brokers.switch, name="broker-switch"),
        path("broker/<int:broker_id>/try", brokers.attempt, name="broker-try"),
        path("broker/<int:broker_id>/delete", brokers.delete, name="broker-delete"),
        path("broker/<int:broker_id>/feeds", brokers.listening, name="broker-feeds"),
        path("broker/<int:broker_id>/object/<str:name>", brokers.one, name="broker-object"),
        path("broker/<int:broker_id>/object/<str:name>/pictures", brokers.pictures, name="broker-pictures"),
        path("broker/<int:broker_id>/object/<str:name>/save", brokers.save, name="broker-save"),
        path("operator/packets", packets.index, name="intake"),
        path("operator/packets/<int:packet_id>", packets.one, name="refused-packet"),
        path("operator/packets/replay", packets.replay, name="replay-packets"),
    ],
)
