"""The journal in the back office: to read, and to try a failed delivery again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from . import delivery
from .models import Delivery, JournalEntry


class ReadOnly(admin.ModelAdmin):
    """Rows to look at; nothing here is written by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Deliveries(admin.TabularInline):
    model = Delivery
    fields = ("reaction", "state", "attempts", "due_at", "done_at", "error")
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnly):
    list_display = ("created_at", "kind", "actor_id", "payload")
    list_filter = ("kind", "created_at")
    search_fields = ("kind",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (Deliveries,)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("id", "entry", "reaction", "state", "attempts", "due_at", "error")
    list_filter = ("state", "queue", "reaction")
    list_select_related = ("entry",)
    show_full_result_count = False
    actions = ("retry",)

    @admin.action(description="Try again now", permissions=["view"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        """Those that gave up or wait start over."""
        count = delivery.again(chosen)
        messages.success(request, f"{count} deliver{'y is' if count == 1 else 'ies are'} tried again.")
