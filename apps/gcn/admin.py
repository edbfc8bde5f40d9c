"""The back office of events, detectors and earthquakes: to look and to clean up."""

from django import forms
from django.contrib import admin

from skyportal.access.errors import Refusal

from .models import (
    CatalogQuery,
    Detector,
    DetectorInterval,
    DetectorSpectrum,
    Earthquake,
    EarthquakeComment,
    EventComment,
    EventTrigger,
    SkymapTrigger,
    TagRule,
)
from .queries.tag_rules import checked


@admin.register(Detector)
class DetectorAdmin(admin.ModelAdmin):
    list_display = ("name", "nickname", "kind", "lat", "lon", "fixed_location")
    list_filter = ("kind",)
    search_fields = ("name", "nickname")
    raw_id_fields = ("events",)


class OfDetectorAdmin(admin.ModelAdmin):
    list_display = ("id", "detector", "start", "end", "owner")
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


class TagRuleForm(forms.ModelForm):
    def clean_filters(self) -> dict[str, list[str]]:
        """What a rule cannot understand is refused here as at the API."""
        try:
            return checked(self.cleaned_data["filters"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None


@admin.register(TagRule)
class TagRuleAdmin(admin.ModelAdmin):
    list_display = ("name", "requester", "modified")
    search_fields = ("name",)
    raw_id_fields = ("requester",)
    form = TagRuleForm


class RemarkAdmin(admin.ModelAdmin):
    list_select_related = ("author",)
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


class ThroughAllocationAdmin(admin.ModelAdmin):
    """To look at: what was asked through telescope time is changed through the site."""

    list_select_related = ("event", "allocation", "requester")
    show_full_result_count = False

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(CatalogQuery)
class CatalogQueryAdmin(ThroughAllocationAdmin):
    list_display = ("id", "event", "allocation", "requester", "created_at")


@admin.register(SkymapTrigger)
class SkymapTriggerAdmin(ThroughAllocationAdmin):
    list_display = ("name", "event", "allocation", "requester", "status", "created_at")


@admin.register(EventTrigger)
class EventTriggerAdmin(admin.ModelAdmin):
    list_display = ("event", "allocation", "triggered", "user", "modified")
    list_select_related = ("event", "allocation", "user")
    raw_id_fields = ("event", "allocation", "user")
