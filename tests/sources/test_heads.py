"""The head of a source page, edited where it stands and undone from the toast."""

from __future__ import annotations

import json

import pytest

from apps.groups.models import User
from apps.sources.actions.sources import save_source
from apps.sources.models import Galaxy, Obj
from skyportal.astro import sky
from skyportal.journal.models import JournalEntry


@pytest.fixture
def browser(obj, member, group, viewer_of, client):
    save_source(viewer_of(member), obj, [group.pk])
    client.force_login(member)
    return client


def toast(answer) -> dict:
    assert answer.status_code == 200, answer.content
    return json.loads(answer.headers["HX-Trigger"])["toast"]


def redshift(obj) -> tuple:
    return Obj.objects.values_list("redshift", "redshift_error", "redshift_origin").get(pk=obj.pk)


def test_a_redshift_is_set_undone_and_remembered(browser, obj, member):
    Obj.objects.filter(pk=obj.pk).update(redshift=0.1)
    url = f"/source/{obj.name}/redshift"
    told = toast(browser.post(url, {"redshift": "0,0647", "redshift_error": "0.0001", "redshift_origin": "host"}))
    assert redshift(obj) == (0.0647, 0.0001, "host")
    toast(browser.post(told["undo_url"]))
    assert redshift(obj) == (0.1, None, None)
    history = browser.get(url).content.decode()
    assert "0.0647" in history
    assert member.username in history
    assert JournalEntry.objects.filter(kind="ObjChanged").count() == 2


@pytest.mark.parametrize("typed", ["fast", "99", "nan", "inf", "-5"])
def test_what_is_no_redshift_stays_in_the_form_and_changes_nothing(typed, browser, obj):
    before = redshift(obj)
    answer = browser.post(f"/source/{obj.name}/redshift", {"redshift": typed, "redshift_origin": "my own words"})
    text = answer.content.decode()
    assert f'value="{typed}"' in text
    assert "my own words" in text
    assert "field-error" in text
    assert redshift(obj) == before


def test_who_may_not_upload_may_not_edit(browser, obj, member):
    member.roles.clear()
    member.acls.clear()
    assert browser.post(f"/source/{obj.name}/redshift", {"redshift": "0.2"}).status_code == 403
    assert redshift(obj)[0] != 0.2


def test_a_tag_and_a_host_are_put_on_and_undone(browser, obj, system_admin, api_of):
    option = api_of(system_admin).post("objtagoption", {"name": "Nuclear"})[1]["data"]
    Galaxy.objects.create(catalog_name="t", name="NGC 1", ra=obj.ra, dec=obj.dec, hpx=int(sky.hpx(obj.ra, obj.dec)))
    assert "Nuclear" in browser.get(f"/source/{obj.name}/tag").content.decode()
    assert "NGC 1" in browser.get(f"/source/{obj.name}/host").content.decode()
    for url, data, words in (("tag", {"option": option["id"]}, "Nuclear"), ("host", {"galaxy": "NGC 1"}, "NGC 1")):
        told = toast(browser.post(f"/source/{obj.name}/{url}", data))
        assert words in browser.get(f"/source/{obj.name}/head").content.decode()
        toast(browser.post(told["undo_url"]))
        assert words not in browser.get(f"/source/{obj.name}/head").content.decode()


def test_the_tns_is_quoted_and_nothing_is_made_up(browser, obj):
    head = browser.get(f"/source/{obj.name}/head").content.decode()
    assert "TNS" not in head
    assert "not classified" in head
    info = {"object_type": {"name": "SN Ia"}, "redshift": "0.031"}
    Obj.objects.filter(pk=obj.pk).update(tns_name="2026abc", tns_info=info)
    head = browser.get(f"/source/{obj.name}/head").content.decode()
    assert all(words in head for words in ("2026abc", "SN Ia", "0.0310"))


def test_a_look_at_the_page_is_counted_and_shown(browser, obj, member):
    browser.get(f"/source/{obj.name}")
    facts = browser.get(f"/source/{obj.name}/facts").content.decode()
    assert User.objects.get(pk=member.pk).username in facts[facts.index("Seen by") :]
