"""The back office of filters, candidates and intake."""

from django.contrib import admin

from .models import Broker, Candidate, Feed, Filter, FilterVersion, LatestCandidate, RefusedPacket, StreamPulse


class VersionsInline(admin.TabularInline):
    """Versions are made by editing a filter, and never change: the past must stay what it was."""

    model = FilterVersion
    extra = 0
    fields = ("number", "active", "condition", "note", "author", "created_at")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Filter)
class FilterAdmin(admin.ModelAdmin):
    list_display = ("name", "group", "stream", "enabled", "broken", "modified")
    list_filter = ("enabled", "stream", "group")
    search_fields = ("name", "group__name")
    list_select_related = ("group", "stream")
    inlines = (VersionsInline,)


@admin.register(FilterVersion)
class FilterVersionAdmin(admin.ModelAdmin):
    list_display = ("filter", "number", "active", "author", "created_at")
    list_filter = ("active",)
    search_fields = ("filter__name", "condition")
    list_select_related = ("filter", "author")
    readonly_fields = ("filter", "number", "condition", "annotations", "author", "created_at")

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(Candidate)
class CandidateAdmin(admin.ModelAdmin):
    list_display = ("obj", "filter", "passed_at", "passing_alert_id")
    list_select_related = ("obj", "filter")
    raw_id_fields = ("obj", "filter", "uploader")
    search_fields = ("obj__name",)
    show_full_result_count = False


@admin.register(LatestCandidate)
class LatestCandidateAdmin(admin.ModelAdmin):
    list_display = ("obj", "filter", "passed_at", "first_passed_at")
    list_select_related = ("obj", "filter")
    raw_id_fields = ("obj", "filter")
    search_fields = ("obj__name",)
    show_full_result_count = False


@admin.register(RefusedPacket)
class RefusedPacketAdmin(admin.ModelAdmin):
    list_display = ("source", "stream", "reason", "size", "times_seen", "created_at", "replayed_at")
    list_filter = ("stream",)
    search_fields = ("source", "reason", "digest")
    list_select_related = ("stream",)
    readonly_fields = ("stream", "digest", "source", "reason", "size", "file", "times_seen", "created_at")


@admin.register(StreamPulse)
class StreamPulseAdmin(admin.ModelAdmin):
    list_display = ("stream", "packets", "repeated", "refused", "passed", "last_packet_at", "lag")
    list_select_related = ("stream",)


@admin.register(Broker)
class BrokerAdmin(admin.ModelAdmin):
    """Its settings are changed on the broker's own page, which keeps secrets unseen."""

    list_display = ("name", "driver", "active", "default_alert_search", "default_crossmatch", "checked_at", "trouble")
    list_filter = ("driver", "active")
    search_fields = ("name",)
    exclude = ("settings",)
    readonly_fields = ("driver", "checked_at", "trouble")

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):
    list_display = ("broker", "topics", "stream", "paused", "messages", "rate", "lag", "last_message_at", "trouble")
    list_filter = ("paused", "broker")
    list_select_related = ("broker", "stream")
    readonly_fields = ("started_at", "last_message_at", "messages", "lag", "rate", "trouble")
