"""The back office of telescope time."""

from django.contrib import admin

from .models import Allocation


@admin.register(Allocation)
class AllocationAdmin(admin.ModelAdmin):
    """Its credentials are changed on the allocation's own page, which keeps them unseen."""

    list_display = ("id", "proposal_id", "pi", "instrument", "group", "hours_allocated", "modified")
    list_filter = ("instrument",)
    list_select_related = ("instrument", "group")
    search_fields = ("proposal_id", "pi", "instrument__name", "group__name")
    exclude = ("settings",)
    raw_id_fields = ("group", "instrument", "admins")
