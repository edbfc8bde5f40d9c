"""The back office of people, groups, streams and tokens. Whatever has consequences goes through actions."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.admin import UserAdmin as PasswordedAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group as DjangoGroup
from django.db.models import QuerySet
from django.http import HttpRequest

from skyportal.access.viewer import Viewer
from skyportal.web.requests import ViewerRequest

from . import actions
from .models import Acl, Group, Membership, Role, Stream, StreamGrant, Token, User

admin.site.site_header = "SkyPortal administration"
admin.site.site_title = "SkyPortal administration"
admin.site.index_title = "People, data and the journal"


admin.site.unregister(DjangoGroup)


def _viewer(request: HttpRequest) -> Viewer:
    """Who looks; Django's admin passes plain requests on, the middleware has made more of them."""
    return cast(ViewerRequest, request).viewer


class DeletedByAction(admin.ModelAdmin):
    """Deletes row by row through the app's action. Names are text columns, but fit on a line."""

    lines = ("name", "nickname", "first_name", "last_name", "contact_phone")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.lines:
            kwargs["widget"] = AdminTextInputWidget
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def remove(self, request: HttpRequest, row: Any) -> None:
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            self.remove(request, row)


class NewUser(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username",)


@admin.register(User)
class UserAdmin(DeletedByAction, PasswordedAdmin):
    list_display = ("username", "first_name", "last_name", "contact_email", "is_active", "expiration_date", "is_bot")
    list_filter = ("is_active", "is_bot", "roles")
    search_fields = ("username", "first_name", "last_name", "contact_email")
    ordering = ("username",)
    filter_horizontal = ("roles", "acls")
    readonly_fields = ("last_login", "created_at", "modified")
    add_form = NewUser
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active", "expiration_date", "is_bot")}),
        ("Person", {"fields": ("first_name", "last_name", "affiliations", "contact_email", "contact_phone", "bio")}),
        ("May", {"fields": ("roles", "acls")}),
        ("When", {"fields": ("last_login", "created_at", "modified")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        viewer = _viewer(request)
        if change:
            columns = {name: form.cleaned_data[name] for name in form.changed_data if name not in ("roles", "acls")}
            if columns:
                actions.change_user(viewer, obj.pk, columns)
            return
        made = actions.create_user(obj.username, password=form.cleaned_data.get("password1"), by=viewer)
        obj.pk, obj._state.adding = made.pk, False

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Roles and ACLs, as what was granted and what was taken."""
        viewer, person = _viewer(request), form.instance
        for kind in ("roles", "acls"):
            if kind not in form.cleaned_data:
                continue
            before = set(getattr(person, kind).values_list("pk", flat=True))
            after = {row.pk for row in form.cleaned_data[kind]}
            if after - before:
                actions.grant_permissions(viewer, person.pk, **{kind: sorted(after - before)})
            if before - after:
                actions.revoke_permissions(viewer, person.pk, **{kind: sorted(before - after)})

    def remove(self, request: HttpRequest, row: User) -> None:
        actions.delete_user(_viewer(request), row.pk)


class Members(admin.TabularInline):
    model = Membership
    fields = ("user", "admin", "can_save", "can_share_photometry")
    autocomplete_fields = ("user",)
    extra = 0


class GroupStreams(admin.TabularInline):
    model = Group.streams.through
    verbose_name = "stream"
    verbose_name_plural = "streams"
    extra = 0


@admin.register(Group)
class GroupAdmin(DeletedByAction):
    list_display = ("name", "nickname", "private", "sitewide", "single_user_group", "created_at")
    list_filter = ("single_user_group", "private")
    search_fields = ("name", "nickname")
    fields = ("name", "nickname", "description", "private", "auto_accept_requests")
    inlines = (Members, GroupStreams)

    def save_model(self, request: HttpRequest, obj: Group, form: forms.ModelForm, change: bool) -> None:
        viewer = _viewer(request)
        if change:
            columns = {name: form.cleaned_data[name] for name in form.changed_data}
            if columns:
                actions.change_group(viewer, obj.pk, columns)
            return
        fields = dict(form.cleaned_data)
        made = actions.create_group(viewer, fields.pop("name"), **fields)
        obj.pk, obj._state.adding = made.pk, False

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        save = self._save_members if formset.model is Membership else self._save_streams
        save(_viewer(request), form.instance.pk, formset)

    def _save_members(self, viewer: Any, group_id: int, formset: Any) -> None:
        """People who come are given the group's streams: whoever is here may grant them."""
        for row in formset.new_objects:
            flags = {name: getattr(row, name) for name in ("admin", "can_save", "can_share_photometry")}
            actions.add_members(viewer, group_id, [row.user_id], granting_streams=True, **flags)
        for row, changed in formset.changed_objects:
            flags = {name: getattr(row, name) for name in changed if name != "user"}
            actions.change_member(viewer, group_id, row.user_id, **flags)
        for row in formset.deleted_objects:
            actions.remove_member(viewer, group_id, row.user_id)

    def _save_streams(self, viewer: Any, group_id: int, formset: Any) -> None:
        for row in formset.deleted_objects:
            actions.remove_stream(viewer, group_id, row.stream_id)
        for row in formset.new_objects:
            actions.add_stream(viewer, group_id, row.stream_id)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        stays = obj is not None and (obj.sitewide or obj.single_user_group)
        return not stays and super().has_delete_permission(request, obj)

    def remove(self, request: HttpRequest, row: Group) -> None:
        actions.delete_group(_viewer(request), row.pk)


class Grants(admin.TabularInline):
    model = StreamGrant
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Stream)
class StreamAdmin(DeletedByAction):
    list_display = ("name", "auto_join", "created_at")
    search_fields = ("name",)
    fields = ("name", "altdata", "auto_join")
    inlines = (Grants,)

    def save_model(self, request: HttpRequest, obj: Stream, form: forms.ModelForm, change: bool) -> None:
        viewer = _viewer(request)
        if change:
            columns = {name: form.cleaned_data[name] for name in form.changed_data}
            if columns:
                actions.change_stream(viewer, obj.pk, columns)
            return
        made = actions.create_stream(viewer, **form.cleaned_data)
        obj.pk, obj._state.adding = made.pk, False

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        viewer, stream_id = _viewer(request), form.instance.pk
        for row in formset.new_objects:
            actions.grant_stream(viewer, stream_id, row.user_id)
        for row in formset.deleted_objects:
            actions.revoke_stream(viewer, stream_id, row.user_id)

    def remove(self, request: HttpRequest, row: Stream) -> None:
        actions.delete_stream(_viewer(request), row.pk)


@admin.register(Token)
class TokenAdmin(DeletedByAction):
    """Tokens to look at and to revoke. Nobody can read a secret here, nor make a token for somebody else."""

    list_display = ("name", "user", "created_at")
    list_filter = ("acls",)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("id", "name", "user", "acls", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def remove(self, request: HttpRequest, row: Token) -> None:
        actions.revoke_token(_viewer(request), str(row.pk))


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ("id",)
    filter_horizontal = ("acls",)


@admin.register(Acl)
class AclAdmin(admin.ModelAdmin):
    """Permissions are facts of the public API."""

    list_display = ("id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Acl | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Acl | None = None) -> bool:
        return False
