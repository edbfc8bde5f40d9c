"""The source page as a person arranged it."""

from __future__ import annotations

import json
import re

import pytest

from apps.sources.actions.sources import save_source
from apps.sources.queries.layouts import arranged
from apps.sources.slots import Panel

PANELS = {
    "a": Panel("A", "a", order=10),
    "b": Panel("B", "b", order=20),
    "c": Panel("C", "c", order=30),
    "s": Panel("S", "s", order=5, side="side"),
}


@pytest.mark.parametrize(
    ("kept", "main", "side"),
    [
        (None, "abc", "s"),
        ({"main": ["c", "a", "b"], "side": ["s"]}, "cab", "s"),
        ({"main": ["s"], "side": ["b"]}, "sac", "b"),
        ({"main": ["c"], "side": ["s"]}, "abc", "s"),  # a and b are new: before what comes after them by default
        ({"main": ["gone", "b", "b", 7]}, "abc", "s"),
        ({"main": "nonsense", "side": {}}, "abc", "s"),
        ("nonsense", "abc", "s"),
    ],
)
def test_every_panel_has_one_place(kept, main, side):
    layout = arranged({"source_page": kept}, PANELS.items())
    assert "".join(p.key for p in layout.main) == main
    assert "".join(p.key for p in layout.side) == side


@pytest.fixture
def page(obj, member, group, viewer_of, client):
    save_source(viewer_of(member), obj, [group.pk])
    client.force_login(member)

    def panels() -> tuple[str, list[str]]:
        html = client.get(f"/source/{obj.name}").content.decode()
        return html, re.findall(r'data-panel="(\w+)"', html)

    return panels


def _keep(client, **layout):
    return client.post("/sources/layout", {"layout": json.dumps(layout)})


def test_the_arrangement_is_the_persons_and_goes_back_to_the_default(page, client, member):
    html, default = page()
    assert 'id="photometry"' in html
    kept = {
        "main": ["comments"],
        "side": ["photometry", "facts"],
        "hidden": ["annotations"],
        "collapsed": ["photometry"],
    }
    assert _keep(client, **kept, split=95).status_code == 204
    html, order = page()
    assert order.index("comments") < order.index("photometry") < order.index("facts")
    assert "--split: 85" in html
    assert 'id="photometry"' not in html, "a folded panel is not drawn until it is opened"
    annotations = html[html.index('data-panel="annotations"') :]
    assert re.match(r"[^>]*\shidden\b", annotations)
    assert client.post("/sources/layout", {"reset": "1"}).headers["HX-Refresh"] == "true"
    assert page()[1] == default
    member.refresh_from_db()
    assert "source_page" not in member.preferences


@pytest.mark.parametrize("layout", ["", "[]", '{"main": 1}', '{"main": [1]}', '{"split": "wide"}', "[" * 100_000])
def test_an_arrangement_that_makes_no_sense_is_refused(layout, page, client):
    assert client.post("/sources/layout", {"layout": layout}).status_code == 400


def test_what_is_no_panel_is_not_kept(page, client, member):
    _keep(client, main=["photometry", "no such"], side=[])
    member.refresh_from_db()
    assert member.preferences["source_page"]["main"] == ["photometry"]
