"""Ids in paths."""

from skyportal.access.errors import Invalid
from skyportal.api.params import key


def path_id(name: str, value: str | None) -> int:
    """An id out of a path; what is not one is named in the refusal."""
    if value is None:
        raise Invalid(f"Missing required parameter: `{name}`.")
    try:
        return key(value)
    except ValueError:
        raise Invalid(f"Invalid {name}: {value[:60]}") from None
