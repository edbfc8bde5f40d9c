"""What people come to do: sign in, bring in a colleague, make a token, mend a filter."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import ApiOverHttp
from tests.browser.sky import a_filter, a_stream
from tests.factories import make_user


def test_one_signs_in_by_password_and_out_again(site, browse):
    make_user("henrietta", first_name="Henrietta")
    page = browse(None)
    page.goto("/groups")
    page.get_by_label("Username").fill("henrietta")
    page.get_by_label("Password").fill("a wrong password")
    page.keyboard.press("Enter")
    expect(page.locator(".note.error")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("henrietta")
    page.get_by_label("Password").fill("a long password")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/groups")
    page.get_by_role("button", name="my menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_group_admin_adds_a_member(browse, people):
    group, (ada,) = people()
    vera = make_user("vera_rubin", first_name="Vera", last_name="Rubin")
    page = browse(ada)
    page.goto(f"/group/{group.pk}")
    page.locator("#members .ts-control, .ts-control").first.click()
    page.keyboard.type("vera")
    page.locator(".ts-dropdown .option", has_text="vera").first.click()
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.locator("#members").get_by_role("link", name="Vera Rubin")).to_be_visible()
    assert group.memberships.filter(user=vera).exists()


def test_a_token_made_on_the_profile_opens_the_api(site, browse, people):
    _, (ada,) = people()
    page = browse(ada)
    page.goto("/profile")
    page.get_by_label("Name", exact=True).fill("nightly upload")
    page.get_by_label("Upload data").check()
    page.get_by_role("button", name="Make a token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    status, answer = ApiOverHttp(site, secret).get("internal/profile")
    assert status == 200
    assert answer["data"]["username"] == ada.username
    page.goto("/profile")
    expect(page.get_by_text(secret)).to_have_count(0)
    expect(page.get_by_role("rowheader", name="nightly upload")).to_be_visible()


def test_a_condition_that_makes_no_sense_is_refused_in_words_and_a_good_one_saved(browse, people):
    stream = a_stream()
    group, (ada,) = people(streams=[stream])
    found = a_filter(group, stream)
    page = browse(ada)
    page.goto(f"/filter/{found.pk}")
    condition = page.get_by_label("Condition")
    condition.fill("candidate.nothing_like_it > 3")
    said = page.locator("#filter-check [role=alert]")
    expect(said).to_contain_text("nothing_like_it")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#filter-check [role=alert]")).to_contain_text("nothing_like_it")
    expect(condition).to_have_value("candidate.nothing_like_it > 3")
    browse.problems.clear()  # the browser calls the answer 400 an error
    condition.fill("candidate.drb > 0.9")
    expect(page.locator("#filter-check .status.saved")).to_be_visible()
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("row", name=re.compile("^2 ")).get_by_text("active")).to_be_visible()
    page.get_by_role("button", name="Go back to it").click()
    expect(condition).to_have_value("candidate.drb > 0.5")
