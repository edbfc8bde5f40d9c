"""Doors of this app."""

from django.conf import settings
from django.contrib.auth import views as auth
from django.urls import path

from skyportal.api.routes import flatten, routes

from . import views
from .api import groups, people, streams, tokens
from .forms import PasswordReset, SignIn

api = flatten(
    routes("groups", groups.Groups),
    routes("groups/public", groups.PublicGroup),
    routes("groups/<str:group_id>", groups.OneGroup),
    routes("groups/<str:group_id>/users[/<str:user_id>]", groups.GroupUsers),
    routes("groups/<str:group_id>/usersFromGroups", groups.UsersFromGroups),
    routes("groups/<str:group_id>/streams", groups.GroupStreams),
    routes("groups/<str:group_id>/streams/<str:stream_id>", groups.OneGroupStream),
    routes("streams", streams.Streams),
    routes("streams/<str:stream_id>", streams.OneStream),
    routes("streams/<str:stream_id>/users", streams.StreamUsers),
    routes("streams/<str:stream_id>/users/<str:user_id>", streams.OneStreamUser),
    routes("user", people.Users),
    routes("user/<str:user_id>", people.OneUser),
    routes("user/<str:user_id>/roles", people.UserRoles),
    routes("user/<str:user_id>/roles/<str:role_id>", people.OneUserRole),
    routes("user/<str:user_id>/acls", people.UserAcls),
    routes("user/<str:user_id>/acls/<str:acl_id>", people.OneUserAcl),
    routes("roles", people.Roles),
    routes("acls", people.Acls),
    routes("internal/profile[/<str:user_id>]", people.Profile),
    routes("internal/tokens", tokens.Tokens),
    routes("internal/tokens/<str:token_id>", tokens.OneToken),
)

signing_in = [
    path(
        "login",
        auth.LoginView.as_view(
            authentication_form=SignIn,
            redirect_authenticated_user=True,
            extra_context={"site_name": getattr(settings, "SITE_NAME", "SkyPortal")},  # not the host
        ),
        name="login",
    ),
    path("logout", views.sign_out, name="logout"),
    path("become_user", views.return_to_self, name="return_to_self"),
    path("become_user/<int:user_id>", views.become_user, name="become_user"),
    path("password/reset", auth.PasswordResetView.as_view(form_class=PasswordReset), name="password_reset"),
    path("password/reset/sent", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>", auth.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("password/reset/done", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]

pages = [
    path("groups", views.groups, name="groups"),
    path("group/<int:group_id>", views.group, name="group"),
    path("group/<int:group_id>/edit", views.edit_group, name="group-edit"),
    path("group/<int:group_id>/delete", views.delete_group, name="group-delete"),
    path("group/<int:group_id>/leave", views.leave_group, name="group-leave"),
    path("group/<int:group_id>/streams", views.add_stream, name="group-stream-add"),
    path("group/<int:group_id>/streams/<int:stream_id>/remove", views.remove_stream, name="group-stream-remove"),
    path("group/<int:group_id>/members", views.members, name="group-members"),
    path("group/<int:group_id>/members/add", views.add_member, name="group-member-add"),
    path("group/<int:group_id>/members/restore/<str:ticket>", views.restore_member, name="group-member-restore"),
    path("group/<int:group_id>/members/<int:user_id>", views.change_member, name="group-member"),
    path("group/<int:group_id>/members/<int:user_id>/remove", views.remove_member, name="group-member-remove"),
    path("group/<int:group_id>/people", views.complete_people, name="group-people"),
    path("people", views.complete_people, name="people"),
    path("user/<int:user_id>", views.person, name="user"),
    path("profile", views.profile, name="profile"),
    path("profile/password", views.change_password, name="password_change"),
    path("profile/tokens", views.make_token, name="token-create"),
    path("profile/tokens/<uuid:token_id>", views.rename_token, name="token-rename"),
    path("profile/tokens/<uuid:token_id>/revoke", views.revoke_token, name="token-revoke"),
]

urlpatterns = [*api, *signing_in, *pages]
