"""The form of an allocation; what it needs to be spent comes from the drivers of its instrument."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.groups.models import Group
from apps.sources.models import Instrument
from skyportal.web import settings_form

from .models import Allocation
from .models.allocations import TYPES
from .queries.allocations import drivers_of

TYPE_NAMES = {
    "triggered": "single targets", "forced_photometry": "forced photometry", "observation_plan": "observation plans",
}  # fmt: skip


class AllocationForm(forms.Form):
    """`body` is what a script would send."""

    proposal_id = forms.CharField(label="Proposal", max_length=500, required=False, help_text="As the facility has it.")
    pi = forms.CharField(label="PI", max_length=500, required=False)
    group_id = forms.TypedChoiceField(label="Group", coerce=int, widget=forms.Select(attrs={"data-select": ""}))
    instrument_id = forms.TypedChoiceField(
        label="Instrument", coerce=int, widget=forms.Select(attrs={"data-select": ""})
    )
    hours_allocated = forms.FloatField(
        label="Hours", min_value=0, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    validity_ranges = forms.CharField(
        label="Valid", required=False, max_length=10_000,
        widget=forms.Textarea(
            attrs={"rows": 2, "spellcheck": "false", "class": "mono", "placeholder": "2026-12-01 2027-05-31"}
        ),
        help_text="From when to when, UTC, one range a line. Nothing: always.",
    )  # fmt: skip
    types = forms.MultipleChoiceField(
        label="For", required=False, choices=[(one, TYPE_NAMES[one]) for one in TYPES],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    default_share_group_ids = forms.TypedMultipleChoiceField(
        label="Share with", coerce=int, required=False,
        widget=forms.SelectMultiple(attrs={"data-select": "", "placeholder": "Groups"}),
        help_text="Groups that may see what it brings, besides its own.",
    )  # fmt: skip
    allocation_admin_ids = forms.TypedMultipleChoiceField(
        label="Looked after by", coerce=int, required=False,
        widget=forms.SelectMultiple(attrs={"data-select": "", "placeholder": "People"}),
        help_text="Members of the group.",
    )  # fmt: skip

    def __init__(
        self,
        groups: list[Group],
        instruments: list[tuple[int, str]],
        row: Allocation | None,
        members: list[tuple[int, str]],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        groups = sorted(groups, key=lambda group: group.sitewide)  # what is everybody's is rarely meant
        chosen: dict[str, Any] = {
            "group_id": [(group.pk, group.name) for group in groups],
            "default_share_group_ids": [(group.pk, group.name) for group in groups],
            "instrument_id": instruments,
            "allocation_admin_ids": members,
        }
        for name, choices in chosen.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        if not members:  # of an allocation that is not there yet the group is not known
            del self.fields["allocation_admin_ids"]
        self.drivers = drivers_of(row.instrument) if row else []
        for driver in self.drivers:
            self.fields |= settings_form.fields_of(driver(row.settings if row else {}))
        if row and not self.drivers:
            self.fields["_altdata"] = _unknown(row.instrument)

    @property
    def body(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        own = [name for name in AllocationForm.base_fields if name in cleaned]
        body = {name: cleaned[name] for name in own} | {"validity_ranges": _ranges(cleaned["validity_ranges"])}
        given: dict[str, Any] = {}
        for driver in self.drivers:
            given |= settings_form.given(driver, cleaned)
        if self.drivers:
            body["_altdata"] = given
        elif cleaned.get("_altdata"):
            body["_altdata"] = cleaned["_altdata"]
        return body


def _unknown(instrument: Instrument) -> forms.CharField:
    """Credentials for an instrument that no driver here speaks to: kept as they are given."""
    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono", "autocomplete": "off"})
    return forms.CharField(
        label="Credentials", required=False, max_length=50_000, widget=widget,
        help_text="A JSON object, laid over what is kept. It is encrypted and never shown again.",
    )  # fmt: skip


def _ranges(text: str) -> list[dict[str, str]]:
    """A line that is no range goes on as it is, to be refused with the others' words."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        start, _, end = line.replace(" to ", " ").replace("–", " ").partition(" ")
        found.append({"start_date": start, "end_date": end.strip()})
    return found


def lines_of(ranges: list[dict[str, str]]) -> str:
    """Ranges as they are typed; whole days without their midnight."""
    shown = ([span[name].removesuffix("T00:00:00") for name in ("start_date", "end_date")] for span in ranges)
    return "\n".join(" ".join(pair) for pair in shown)
