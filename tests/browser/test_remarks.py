"""Saying what a source is and what one thinks of it, by keyboard."""

from playwright.sync_api import expect

from apps.sources.actions.taxonomies import ensure_default_taxonomy
from tests.browser.looking import come_to
from tests.browser.sky import an_obj


def test_classify_with_four_keystrokes_and_enter(browse, people):
    group, (ada,) = people()
    obj = an_obj(group)
    ensure_default_taxonomy()
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.get_by_role("button", name="Classify")).to_be_visible()
    for key in ("c", "9", "1", "t", "Enter"):  # as fast as one types: the form is still on its way
        page.keyboard.press(key)
    expect(page.locator("#classifications b", has_text="Ia-91T")).to_be_visible()
    assert obj.classifications.get().classification == "Ia-91T"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nobody has said yet what this is.")).to_be_visible()


def test_a_comment_is_seen_as_it_is_written_and_its_names_completed(browse, people):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    come_to(page, "#panel-comments")
    page.get_by_label("Comment", exact=True).press_sequentially(f"**Rising**, @{vera.username[:-1]}")
    page.get_by_role("option", name=f"@{vera.username}").click()
    expect(page.locator(".preview strong")).to_have_text("Rising")
    expect(page.locator(".preview .mention")).to_have_text(f"@{vera.username}")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".talk .mention")).to_have_text(f"@{vera.username}")
    page.get_by_role("button", name="Delete this comment").click()
    expect(page.get_by_text("Nothing is said yet", exact=False)).to_be_visible()
    page.locator("[data-toast]", has_text="Comment deleted.").get_by_role("button", name="Undo").click()
    expect(page.locator(".talk .mention")).to_be_visible()
