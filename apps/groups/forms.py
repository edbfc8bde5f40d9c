"""Forms of this app's pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth import forms as auth
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from skyportal.access.viewer import Viewer

from . import queries
from .authentication import is_over


class SignIn(auth.AuthenticationForm):
    """Name and password; who knows the password of an account that is over is told so."""

    def get_invalid_login_error(self) -> ValidationError:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        person = get_user_model()._default_manager.filter(username__iexact=name).first()
        if person and is_over(person) and person.check_password(password):
            return ValidationError("User account expired. Ask an administrator to extend it.", code="expired")
        return super().get_invalid_login_error()


class ChangePassword(auth.PasswordChangeForm):
    """One of several forms of a page, so it does not pull the focus to itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)


class PasswordReset(auth.PasswordResetForm):
    """Sends the link to the contact address of accounts that may sign in."""

    def get_users(self, email: str) -> Iterator[Any]:
        return (person for person in super().get_users(email) if not is_over(person))


class GroupForm(forms.Form):
    name = forms.CharField(max_length=200, help_text="As it is shown on badges; short names read best.")
    nickname = forms.CharField(max_length=200, required=False)
    description = forms.CharField(
        max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What this group looks for, and whom to ask.",
    )  # fmt: skip
    private = forms.BooleanField(required=False, help_text="Only members know that it exists.")


class ProfileForm(forms.Form):
    first_name = forms.CharField(max_length=200, required=False)
    last_name = forms.CharField(max_length=200, required=False)
    affiliations = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}), help_text="One on each line.",
    )  # fmt: skip
    contact_email = forms.EmailField(
        label="E-mail", required=False, help_text="For messages and password resets; members of your groups see it."
    )
    contact_phone = forms.CharField(
        label="Telephone", required=False, max_length=40, help_text="With the country code, as +16265551234."
    )
    bio = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_affiliations(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["affiliations"].splitlines() if line.strip()]

    def clean_contact_email(self) -> str | None:
        return self.cleaned_data["contact_email"] or None

    @classmethod
    def of(cls, person: Any) -> ProfileForm:
        """The form as the account is now."""
        kept = {name: getattr(person, name) for name in cls.base_fields}
        return cls(initial={**kept, "affiliations": "\n".join(person.affiliations)})


class TokenForm(forms.Form):
    """A token's name, and which of its owner's permissions it gets."""

    name = forms.CharField(max_length=200, help_text="Where you will use it, for instance: nightly upload.")
    acls = forms.MultipleChoiceField(
        label="It may", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="A token can read all that you can read. Tick what it may do besides.",
    )  # fmt: skip

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = sorted(queries.permissions_of(viewer.user_id))
        self.fields["acls"].choices = [(acl, acl) for acl in held]  # type: ignore[attr-defined]


class AddMember(forms.Form):
    user = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    admin = forms.BooleanField(required=False)
