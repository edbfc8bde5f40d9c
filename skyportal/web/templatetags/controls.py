"""Tags and filters that every template has: icons, the controls of forms, people's marks."""

from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@cache
def drawing(name: str) -> str:
    """The inside of an icon's SVG, or "" where the front-end files are not there."""
    if not name.replace("-", "").isalnum():
        return ""
    path = settings.ROOT / "node_modules/bootstrap-icons/icons" / f"{name}.svg"
    try:
        text: str = path.read_text()
    except OSError:
        return ""
    return text[text.index(">") + 1 : text.rindex("</svg>")].strip()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon in the text's colour. Beside words it is silent; alone it needs a `label`."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" fill="currentColor" {}>{}</svg>',
        says,
        mark_safe(drawing(name)),  # noqa: S308  our own file
    )


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control with the right classes, and tied to its help and errors."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    style = {"checkbox": "form-check-input", "radio": "", "select": "form-select", "hidden": "", "range": "form-range"}
    css = style.get(kind, "form-control")
    if kind == "radio" or type(widget).__name__ == "CheckboxSelectMultiple":
        css = "choices"
    attrs: dict[str, str | bool] = {
        "class": " ".join(filter(None, [widget.attrs.get("class", ""), css, "is-invalid" if field.errors else ""]))
    }
    choices = getattr(widget, "choices", None)
    if kind == "select" and choices is not None and len(list(choices)) > 7:
        attrs["data-select"] = ""
    described = [f"{field.id_for_label}-help"] * bool(field.help_text) + [f"{field.id_for_label}-error"] * bool(
        field.errors
    )
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not hasattr(field.field.widget, "choices")


@register.filter
def initials(user: Any) -> str:
    """One or two letters for a person's round mark."""
    names = f"{getattr(user, 'first_name', '')} {getattr(user, 'last_name', '')}".split() or str(user).split()
    letters = names[0][0] + names[-1][0] if len(names) > 1 else "".join(names)[:2]
    return letters.upper()
