"""How a test comes to a part of a page. What is drawn above it meanwhile pushes it out of sight again, and what is
out of sight asks for nothing: so one scrolls to it until it is as it should be."""

from __future__ import annotations

from playwright.sync_api import Page

_THERE = """({ part, says, shows }) => {
    const found = document.querySelector(part);
    found?.scrollIntoView({ block: "nearest" });
    if (!found || found.querySelector("[role=status][aria-label=Loading]")) return false;
    return found.innerText.includes(says) && (!shows || document.querySelector(shows) !== null);
}"""


def come_to(page: Page, part: str, *, says: str = "", shows: str = "") -> None:
    """Until the part has come, says these words, and the page has an element `shows`."""
    page.wait_for_function(_THERE, arg={"part": part, "says": says, "shows": shows}, polling=200)
