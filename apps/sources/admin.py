"""The back office of telescopes, instruments, objs and sources."""

from __future__ import annotations

from django.contrib import admin

from .models import Instrument, Obj, Source, Telescope


@admin.register(Telescope)
class TelescopeAdmin(admin.ModelAdmin):
    list_display = ("name", "nickname", "lat", "lon", "elevation", "diameter", "robotic")
    list_filter = ("robotic", "fixed_location")
    search_fields = ("name", "nickname")


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    list_display = ("name", "type", "telescope", "band")
    list_filter = ("type",)
    list_select_related = ("telescope",)
    search_fields = ("name", "telescope__name")
    raw_id_fields = ("telescope",)


class SourceInline(admin.TabularInline):
    model = Source
    extra = 0
    raw_id_fields = ("group", "saved_by", "unsaved_by")


@admin.register(Obj)
class ObjAdmin(admin.ModelAdmin):
    """Mostly to look at: what changes through a door here is not in the journal."""

    list_display = ("name", "ra", "dec", "redshift", "origin", "created_at")
    search_fields = ("name__startswith", "tns_name")
    ordering = ("-pk",)
    show_full_result_count = False
    readonly_fields = ("name", "internal_key", "ra", "dec", "hpx", "redshift_history", "summary_history", "created_at")
    inlines = (SourceInline,)

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ("obj", "group", "saved_by", "saved_at", "active", "requested")
    list_filter = ("active", "requested")
    list_select_related = ("obj", "group", "saved_by")
    search_fields = ("obj__name__startswith",)
    raw_id_fields = ("obj", "group", "saved_by", "unsaved_by")
    show_full_result_count = False
    ordering = ("-saved_at",)
