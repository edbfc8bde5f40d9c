"""The back office of events, detectors and earthquakes: to look and to clean up."""

from typing import ClassVar

from django.contrib import admin

from .models import (
    Detector,
    DetectorInterval,
    DetectorSpectrum,
    Earthquake,
    EarthquakeComment,
    EventComment,
    TagRule,
)


@admin.register(Detector)
class DetectorAdmin(admin.ModelAdmin):
    list_display = ("name", "nickname", "kind", "lat", "lon", "fixed_location")
    list_filter = ("kind",)
    search_fields = ("name", "nickname")
    raw_id_fields = ("events",)


class OfDetectorAdmin(admin.ModelAdmin):
    list_display: ClassVar[tuple[str, ...]] = ("id", "detector", "start", "end", "owner")
    list_select_related = ("detector", "owner")
    list_filter = ("detector",)
    raw_id_fields = ("audience", "owner")
    show_full_result_count = False


@admin.register(DetectorInterval)
class DetectorIntervalAdmin(OfDetectorAdmin):
    pass


@admin.register(DetectorSpectrum)
class DetectorSpectrumAdmin(OfDetectorAdmin):
    exclude = ("frequencies", "amplitudes")


@admin.register(Earthquake)
class EarthquakeAdmin(admin.ModelAdmin):
    list_display = ("event_id", "date", "status", "sent_by")
    list_filter = ("status",)
    search_fields = ("event_id",)
    raw_id_fields = ("sent_by",)


@admin.register(TagRule)
class TagRuleAdmin(admin.ModelAdmin):
    list_display = ("name", "requester", "modified")
    search_fields = ("name",)
    raw_id_fields = ("requester",)


class RemarkAdmin(admin.ModelAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("author",)
    search_fields = ("text",)
    show_full_result_count = False


@admin.register(EventComment)
class EventCommentAdmin(RemarkAdmin):
    list_display = ("id", "event", "author", "text", "created_at")
    raw_id_fields = ("event", "audience", "author")


@admin.register(EarthquakeComment)
class EarthquakeCommentAdmin(RemarkAdmin):
    list_display = ("id", "earthquake", "author", "text", "created_at")
    raw_id_fields = ("earthquake", "audience", "author")
