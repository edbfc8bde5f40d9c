"""Scanning by keyboard alone."""

from playwright.sync_api import expect

from apps.sources.models import Listing
from tests.browser.sky import a_stream, candidates


def scanning(browse, people, count=3):
    stream = a_stream()
    group, (ada,) = people(streams=[stream])
    objs = candidates(group, stream, count)
    page = browse(ada)
    page.goto("/candidates")
    expect(page.locator(".candidate")).to_have_count(count)
    return page, group, objs, ada


def test_a_candidate_is_saved_by_keys_and_the_save_undone(browse, people):
    page, group, objs, _ = scanning(browse, people)
    page.keyboard.press("j")
    expect(page.locator(".candidate[data-current]")).to_have_attribute("data-name", objs[1].name)
    page.keyboard.press("s")
    card = page.locator(f"[data-name={objs[1].name}]")
    expect(card).to_have_attribute("data-state", "saved")
    expect(card).to_have_attribute("data-current", "")
    assert objs[1].sources.filter(group=group, active=True).exists()
    page.keyboard.press("z")
    expect(card).to_have_attribute("data-state", "new")
    assert not objs[1].sources.filter(active=True).exists()
    page.keyboard.press("k")
    expect(page.locator(".candidate[data-current]")).to_have_attribute("data-name", objs[0].name)


def test_a_candidate_is_rejected_by_a_key_and_taken_back(browse, people):
    page, _, objs, ada = scanning(browse, people)
    card = page.locator(f"[data-name={objs[0].name}]")
    page.keyboard.press("r")
    expect(card).to_have_attribute("data-state", "rejected")
    rejected = Listing.objects.filter(user=ada, obj=objs[0])
    assert rejected.exists()
    page.keyboard.press("u")
    expect(card).to_have_attribute("data-state", "new")
    assert not rejected.exists()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_text("Reject", exact=True)).to_be_visible()
