"""Remembering how a person arranged their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.groups import actions as people
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..queries.layouts import PREFERENCE, SIDES, SPLITS
from ..slots import obj_panels

LISTS = (*SIDES, "hidden", "collapsed")


def keep_layout(viewer: Viewer, layout: Any) -> None:
    """Keep where the panels of the source page are, which are hidden or collapsed, and how wide the columns."""
    if not isinstance(layout, Mapping):
        raise Invalid("Invalid layout: must be an object of lists of panels.")
    known = {key for key, _ in obj_panels.items()}
    clean: dict[str, Any] = {}
    for name in LISTS:
        keys = layout.get(name, [])
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise Invalid(f"Invalid layout: {name} must be a list of panels.")
        clean[name] = [key for key in dict.fromkeys(keys) if key in known]
    split = layout.get("split")
    if split is not None and (isinstance(split, bool) or not isinstance(split, int)):
        raise Invalid("Invalid layout: split must be a whole number of percent.")
    clean["split"] = None if split is None else min(max(split, SPLITS[0]), SPLITS[1])
    people.change_profile(viewer, {"preferences": {PREFERENCE: clean}})


def reset_layout(viewer: Viewer) -> None:
    people.change_profile(viewer, {"preferences": {PREFERENCE: None}})
