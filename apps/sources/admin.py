"""The back office of telescopes, instruments, objs and sources."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from .models import (
    FrozenPhotometry,
    Instrument,
    Obj,
    PhotometricSeries,
    PublicRelease,
    PublicSourcePage,
    Source,
    Spectrum,
    Telescope,
    TransientImport,
)


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


class OfObj(admin.ModelAdmin):
    """To look at and to clean up: what was measured and published is changed through the site and its API."""

    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    search_fields: ClassVar[tuple[str, ...]] = ("obj__name__startswith",)
    search_help_text = "Name of a source"

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Spectrum)
class SpectrumAdmin(OfObj):
    list_display = ("id", "obj", "instrument", "observed_at", "type", "label", "owner", "created_at")
    list_select_related = ("obj", "instrument", "owner")
    list_filter = ("type",)
    exclude = ("wavelengths", "fluxes", "errors")


@admin.register(PhotometricSeries)
class SeriesAdmin(OfObj):
    list_display = ("id", "obj", "series_name", "filter", "instrument", "num_exp", "owner", "created_at")
    list_select_related = ("obj", "instrument", "owner")


@admin.register(FrozenPhotometry)
class FrozenAdmin(OfObj):
    list_display = ("key", "obj_name", "name", "author_name", "count", "created_at")
    search_fields = ("=key", "obj_name__startswith")
    search_help_text = "Key, or name of a source"
    exclude = ("data",)


@admin.register(PublicSourcePage)
class PublicPageAdmin(OfObj):
    list_display = ("id", "obj", "release", "author", "is_visible", "created_at")
    list_select_related = ("obj", "release", "author")
    list_filter = ("release", "is_visible")
    exclude = ("data",)


@admin.register(PublicRelease)
class ReleaseAdmin(admin.ModelAdmin):
    """Made and changed through the site, where its groups are checked."""

    list_display = ("name", "link_name", "is_visible", "auto_publish_enabled", "created_at")
    search_fields = ("name", "link_name")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(TransientImport)
class TransientImportAdmin(admin.ModelAdmin):
    """To look at: what is left of one, and why it failed."""

    list_display = ("id", "service", "author", "state", "done", "total", "message", "created_at")
    list_select_related = ("author",)
    list_filter = ("service", "state")
    ordering = ("-pk",)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
