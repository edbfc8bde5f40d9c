"""The page of sources: columns, order, export, kept searches, words of one's own; pairs at one place."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.sources.actions.links import link_objs
from apps.sources.actions.objs import make_known
from apps.sources.actions.sources import save_source
from apps.sources.models import SavedSearch
from apps.sources.queries.pairs import close
from skyportal.astro import sky
from tests.factories import ObjFactory, make_user

N = 7


@pytest.fixture
def many(group, member, viewer_of, api_of, client):
    """Sources of which two always have the same redshift, and every other one an annotation."""
    objs = [ObjFactory(name=f"ZTF26m{n}", redshift=0.01 * (n // 2), alias=["<b>&", "x"]) for n in range(N)]
    api = api_of(member)
    for n, obj in enumerate(objs):
        save_source(viewer_of(member), obj, [group.pk])
        if n % 2:
            api.post(f"sources/{obj.name}/annotations", {"origin": "my.bot", "data": {"rate": n}})
            api.post(f"sources/{obj.name}/annotations", {"origin": "bot", "data": {"rate": n, "name": "x<y"}})
    client.force_login(member)
    return objs


def names(html: str) -> list[str]:
    return re.findall(r'<tr data-href="/source/(\w+)"', html)


@pytest.mark.parametrize(
    "sort",
    ["redshift", "-redshift", "tags", "classification", "num_det", "last_det_mag", "-peak_mag", "-annotation.bot.rate",
     "tns_name", "score", "saved_at", "list_tags"],
)  # fmt: skip
def test_an_order_holds_over_the_pages(sort, many, client, monkeypatch):
    whole = names(client.get("/sources", {"sort": sort}).content.decode())
    assert sorted(whole) == sorted(obj.name for obj in many)
    monkeypatch.setattr("apps.sources.views.lists.ROWS", 2)
    paged = [
        name
        for page in range(1, 5)
        for name in names(client.get("/sources", {"sort": sort, "page": page}).content.decode())
    ]
    assert paged == whole


COLUMNS = "id,position,redshift,alias,groups,annotation.bot.rate,annotation.bot.name,nonsense"


def test_an_export_is_what_is_shown(many, client):
    from astropy.io.votable import parse_single_table

    asked = {"columns": COLUMNS, "sort": "-annotation.bot.rate", "minRedshift": "0.01"}
    shown = names(client.get("/sources", asked).content.decode())
    assert len(shown) == 5
    rows = json.loads(client.get("/sources/export", asked | {"format": "json"}).content)
    assert [row["id"] for row in rows] == shown
    assert list(rows[0]) == [
        "id",
        "ra",
        "dec",
        "redshift",
        "alias",
        "groups",
        "annotation.bot.rate",
        "annotation.bot.name",
    ]
    by_name = {obj.name: obj for obj in many}
    for row in rows:
        assert (row["ra"], row["dec"], row["alias"]) == (by_name[row["id"]].ra, by_name[row["id"]].dec, "<b>&; x")
    table = csv.DictReader(io.StringIO(client.get("/sources/export", asked | {"format": "csv"}).content.decode()))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows] == list(table)
    votable = client.get("/sources/export", asked | {"format": "votable"}).content
    read = parse_single_table(io.BytesIO(votable)).to_table(use_names_over_ids=True)
    assert list(read["id"]) == shown
    assert list(read["ra"]) == [row["ra"] for row in rows]
    assert [str(value) for value in read["annotation.bot.name"]] == [row["annotation.bot.name"] or "" for row in rows]
    assert read["annotation.bot.rate"].filled(np.nan).tolist()[:2] == [5.0, 3.0]
    assert client.get("/sources/export", {"format": "xls"}).status_code == 400


def test_a_file_that_would_be_too_long_is_refused(many, client, monkeypatch):
    monkeypatch.setattr("apps.sources.views.exporting.MOST", 3)
    answer = client.get("/sources/export")
    assert answer.status_code == 400
    assert "narrow the list" in answer.content.decode()


def test_columns_are_chosen_in_the_address_or_for_good(many, client):
    def heads(**asked) -> list[str]:
        html = client.get("/sources", asked).content.decode()
        return re.findall(r"<th scope=\"col\"[^>]*>(?:<a[^>]*>)?([^<]*)<", html)

    assert heads(columns="redshift,id") == ["z", "Source"]
    assert heads(columns="redshift") == ["Source", "z"], "a row always says of what it is"
    few = client.get("/sources", {"columns": "tags,alias"}).content.decode()
    assert 'fold"' not in re.search(r"<table.*</table>", few, re.DOTALL)[0], "a few columns find room on a phone"
    assert few.count('value="tags"') == 1
    default = heads()
    menu = re.search(
        r'<form class="dropdown-menu[^>]*columns-menu.*?</form>', client.get("/sources").content.decode(), re.S
    )
    assert "csrf" not in menu[0], "it would stand in the address"
    client.post("/sources/columns", {"columns": ["id", "tags", "annotation.bot.rate"], "sort": "redshift"})
    assert heads() == ["Source", "Tags", "rate"] != default


def test_annotations_of_any_origin_are_columns(many, client):
    """Names of origins have points in them; so have keys."""
    column = "annotation.my.bot.rate"
    offered = client.get("/sources/columns/annotations", {"q": "MY rate"}).json()["results"]
    assert offered == [{"value": column, "label": "rate", "detail": "my.bot"}]
    assert client.get("/sources/columns/annotations", {"q": "nothing"}).json() == {"results": []}
    rows = client.get("/sources/export", {"columns": f"id,{column}", "sort": f"-{column}", "format": "json"}).json()
    assert [row[column] for row in rows] == [5, 3, 1, None, None, None, None]


def test_nothing_that_people_wrote_is_markup_in_a_cell(many, member, group, client, api_of):
    hostile = "<b onclick=1>&amp;'\""
    group.nickname = hostile
    group.save()
    many[0].tns_name, many[0].tns_info, many[0].origin = hostile, {"object_type": hostile}, hostile
    many[0].save()
    api = api_of(member)
    api.post(f"sources/{many[0].name}/annotations", {"origin": "sly", "data": {"word": hostile}})
    columns = "id,tns_name,tns_class,class,groups,tags,alias,origin,annotation.sly.word"
    table = re.search(r"<tbody>.*?</tbody>", client.get("/sources", {"columns": columns}).content.decode(), re.DOTALL)[
        0
    ]
    assert "<b" not in table
    written = "&lt;b onclick=1&gt;&amp;amp;&#x27;&quot;"
    assert table.count(written) == N + 4, "of every row's group; and name, class, origin and note of one"


def test_every_filter_is_in_the_form_and_a_chip_takes_it_away(many, client):
    html = client.get("/sources", {"minRedshift": "0.02", "numberDetections": "0"}).content.decode()
    from apps.sources.slots import obj_filters

    for plug in obj_filters:
        assert f'name="{plug.param.name}"' in html, plug.param.name
    assert html.count('class="chip"') == 2
    assert "?numberDetections=0" in html[html.index('class="chip"') :]


def test_a_chip_takes_away_what_makes_no_sense_without_it(many, client):
    cone = {"ra": "150", "dec": "2", "radius": "1", "minRedshift": "0.01"}
    html = client.get("/sources", cone).content.decode()
    assert html.count('class="chip"') == 4
    there = re.findall(r'href="([^"]*)"\s+aria-label="Remove (\w+)', html)
    assert len(there) == 4
    for address, name in there:
        kept = address.replace("&amp;", "&")
        assert client.get(kept).status_code == 200, kept
        assert kept == ("/sources?ra=150&dec=2&radius=1" if name == "z" else "/sources?minRedshift=0.01")


def test_a_kept_search_is_ones_own_or_a_groups(many, member, group, client):
    colleague, stranger = make_user("colleague", groups_=[group]), make_user("stranger")
    client.post("/sources/searches", {"name": "mine", "query": "minRedshift=0.02&page=3"})
    client.post("/sources/searches", {"name": "ours", "query": "tags=Nuclear", "group": group.pk})
    assert SavedSearch.objects.get(name="mine").query == "minRedshift=0.02"
    for person, seen in ((member, {"mine", "ours"}), (colleague, {"ours"}), (stranger, set())):
        client.force_login(person)
        html = client.get("/sources").content.decode()
        assert {name for name in ("mine", "ours") if f">{name}" in html} == seen
    ours = SavedSearch.objects.get(name="ours")
    client.force_login(colleague)
    assert client.post(f"/sources/searches/{ours.pk}/delete").status_code == 404
    client.force_login(stranger)
    assert client.post("/sources/searches", {"name": "x", "query": "", "group": group.pk}).status_code == 400
    client.force_login(member)
    told = json.loads(client.post(f"/sources/searches/{ours.pk}/delete").headers["HX-Trigger"])["toast"]
    client.post(told["undo_url"], headers={"HX-Request": "true"})
    again = SavedSearch.objects.get(name="ours")
    assert (again.query, again.group_id) == ("tags=Nuclear", group.pk)


def test_words_on_a_favourite_are_ones_own(many, member, group, client):
    name = many[0].name
    client.post(f"/source/{name}/favourite")
    assert client.post(f"/source/{name}/list-tags", {"tags": "spectrum please, rising"}).status_code == 200
    assert names(client.get("/favourites", {"listTags": "rising"}).content.decode()) == [name]
    assert names(client.get("/favourites", {"listTags": "other"}).content.decode()) == []
    for other, words in zip(many[1:], ["", "host", "zoo"], strict=False):
        client.post(f"/source/{other.name}/favourite")
        client.post(f"/source/{other.name}/list-tags", {"tags": words})
    sorted_names = names(client.get("/favourites", {"sort": "list_tags"}).content.decode())
    assert sorted_names == [many[n].name for n in (2, 0, 3, 1)], "by the first word; without words last"
    for other in many[1:4]:
        client.post(f"/source/{other.name}/favourite")
    unsaved = ObjFactory(name="ZTF26starred")
    make_known([unsaved.pk], group_ids=[group.pk])
    client.post(f"/source/{unsaved.name}/favourite")
    html = client.get("/favourites").content.decode()
    assert names(html) == [name]
    assert re.search(r"saved to none of your groups:\s+<a href=\"/source/ZTF26starred\"", html), "none is lost"
    client.force_login(make_user("colleague", groups_=[group]))
    assert names(client.get("/sources", {"listTags": "rising"}).content.decode()) == []
    assert client.post(f"/source/{name}/list-tags", {"tags": "x"}).status_code == 404


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-20, 20)), max_size=12), st.sampled_from([1.0, 4.0, 9.0]))
def test_pairs_are_those_that_one_finds_by_looking_at_all(places, radius):
    """Positions on a grid of 1.3″ around (0, 0): every pair, compared with every other."""
    step = 1.3 / 3600
    rows = sorted((dec * step, (ra * step - 0.005) % 360) for ra, dec in places)
    dec, ra = (np.array([row[n] for row in rows], dtype=float) for n in (0, 1))
    first, second, separation = close(ra, dec, radius)
    found = set(zip(first.tolist(), second.tolist(), strict=True))
    expected = {
        (a, b)
        for a in range(len(rows))
        for b in range(a + 1, len(rows))
        if float(sky.separation(ra[a], dec[a], ra[b], dec[b])) <= radius
    }
    assert found == expected
    assert (separation <= radius).all()


def test_a_pair_said_to_be_one_thing_is_no_duplicate_any_more(many, member, group, viewer_of, client):
    twin = ObjFactory(name="AT26twin", ra=many[0].ra, dec=many[0].dec)
    hidden = ObjFactory(name="AT26hidden", ra=many[1].ra, dec=many[1].dec)
    save_source(viewer_of(member), twin, [group.pk])
    html = client.get("/duplicates").content.decode()
    assert twin.name in html
    assert hidden.name not in html
    assert client.post("/duplicates/link", {"obj": [many[0].name, hidden.name]}).status_code == 400
    answer = client.post("/duplicates/link", {"obj": [many[0].name, twin.name]})
    assert "No duplicates" in answer.content.decode(), "the page shows what is left"
    assert twin.name not in client.get("/duplicates").content.decode()
    facts = client.get(f"/source/{many[0].name}/facts").content.decode()
    assert twin.name in facts[facts.index("Same as") :]
    assert "<dt>Duplicates</dt>" not in facts
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo_url"]
    assert twin.name in client.post(undo).content.decode()
    assert client.post(undo).status_code == 404


def test_only_whoever_linked_two_takes_it_back(many, member, group_admin, group, viewer_of, client):
    twin = ObjFactory(name="AT26twin", ra=many[0].ra, dec=many[0].dec)
    save_source(viewer_of(member), twin, [group.pk])
    theirs = link_objs(viewer_of(group_admin), [many[0].name, twin.name])
    assert client.post(f"/duplicates/{theirs.pk}/part").status_code in (400, 403)
    assert theirs.members.count() == 2
