"""The admin console for what is said of objs: to look and to clean up. Writing goes through the site and its API."""

from typing import ClassVar

from django.contrib import admin

from .models import Annotation, Classification, Comment, Listing, Taxonomy, Thumbnail


class RemarkAdmin(admin.ModelAdmin):
    """Rows of an obj: never a list of all objs or people to choose from, and no counting of millions."""

    raw_id_fields: ClassVar[tuple[str, ...]] = ("obj", "audience")
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    search_fields: ClassVar[tuple[str, ...]] = ("obj__name",)
    search_help_text = "Name of a source"


@admin.register(Comment)
class CommentAdmin(RemarkAdmin):
    list_display = ("id", "obj", "author", "text", "channel", "bot", "created_at")
    list_select_related = ("obj", "author")
    raw_id_fields = ("obj", "audience", "author")
    search_fields = ("obj__name", "text")


@admin.register(Annotation)
class AnnotationAdmin(RemarkAdmin):
    list_display = ("id", "obj", "origin", "author", "modified")
    list_select_related = ("obj", "author")
    raw_id_fields = ("obj", "audience", "author")
    search_fields = ("obj__name", "=origin")


@admin.register(Classification)
class ClassificationAdmin(RemarkAdmin):
    list_display = ("id", "obj", "classification", "probability", "taxonomy", "author_name", "ml", "created_at")
    list_select_related = ("obj", "taxonomy")
    list_filter = ("taxonomy", "ml")
    raw_id_fields = ("obj", "audience", "author")
    search_fields = ("obj__name", "=classification")


@admin.register(Taxonomy)
class TaxonomyAdmin(admin.ModelAdmin):
    list_display = ("name", "version", "is_latest", "provenance", "created_at")
    list_filter = ("is_latest",)
    raw_id_fields = ("audience",)


@admin.register(Thumbnail)
class ThumbnailAdmin(RemarkAdmin):
    list_display = ("id", "obj", "type", "origin", "mjd", "created_at")
    list_select_related = ("obj",)
    list_filter = ("type",)
    readonly_fields = ("file",)


@admin.register(Listing)
class ListingAdmin(RemarkAdmin):
    list_display = ("id", "user", "list_name", "obj", "created_at")
    list_select_related = ("user", "obj")
    raw_id_fields = ("obj", "user")
    search_fields = ("obj__name", "user__username", "=list_name")
