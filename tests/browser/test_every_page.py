"""What holds on every page: a quiet console in each theme, and no sideways scrolling on a phone."""

import pytest

from tests.browser.conftest import a_page
from tests.browser.looking import come_to
from tests.browser.sky import a_stream, an_obj, candidates
from tests.factories import InstrumentFactory, make_user
from tests.gcn.events_data import WHEN, a_map, an_event

PAGES = [
    "/",
    "/candidates",
    "/sources",
    "/favourites",
    "/source/{obj}",
    "/groups",
    "/group/{group}",
    "/filters",
    "/filters/new",
    "/filter/{filter}",
    "/profile",
    "/user/{user}",
    "/operator/packets",
    "/operator/notices",
    "/events",
    "/event/{event}",
    "/galaxies",
    "/spatial-catalogs",
    "/allocations",
    "/allocations/new",
    "/components",
    "/docs",
]
TOO_WIDE = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= innerWidth) return [];
  const beyond = (one) => one.getBoundingClientRect().right > innerWidth + 1;
  const wide = [...document.querySelectorAll("body *")].filter(beyond);
  return [innerWidth, ...wide.slice(0, 4).map((one) => `${one.tagName}.${one.className}`)];
}"""
NOT_RED = """() => {
  const wrong = [];
  for (const element of document.querySelectorAll("body, body *")) {
    if (!element.checkVisibility?.() || element.closest("img, canvas, .sky-plot, .picture, .docs")) continue;
    const style = getComputedStyle(element), drawing = element.closest("svg");
    if (drawing && (drawing === element || getComputedStyle(drawing).filter !== "none")) continue;
    for (const name of drawing ? ["fill", "stroke"] : ["color", "backgroundColor", "borderTopColor"]) {
      const [r, g, b, a = 1] = (style[name].match(/[\\d.]+/g) ?? []).map(Number);
      if (a > 0.05 && (g > r * 0.4 + 8 || b > r * 0.4 + 8) && style.filter === "none")
        if (name !== "borderTopColor" || parseFloat(style.borderTopWidth) > 0)
          wrong.push(`${element.tagName}.${element.className} ${name} ${style[name]}`);
    }
  }
  return wrong.slice(0, 5);
}"""


@pytest.fixture(scope="module")
def known(site):
    """An administrator with something on every page."""
    from tests.factories import GroupFactory, join

    stream = a_stream()
    group = GroupFactory(name="A group of a rather long name, as groups have them", streams=[stream])
    user = make_user("looker", role="Super admin")
    join(user, group, admin=True)
    objs = candidates(group, stream, 2)
    an_obj(group).sources.create(group=group, saved_by=user)
    found = group.filters.first()
    event = an_event(
        dateobs=WHEN.replace(hour=1), tags=frozenset({"GW", "BNS", "< 1 per 100 years", "Significant", "HasRemnant"})
    )
    a_map(event)
    named = {"obj": objs[0].name, "group": group.pk, "filter": found.pk, "user": user.pk, "event": event.address}
    return user, named


@pytest.fixture(scope="module")
def tab(chromium, site, known):
    """One page that goes from address to address, as people do, and what its console said: to open a tab with nothing
    in its cache costs the browser more than to draw a page."""
    problems = []
    context = chromium.new_context(base_url=site, reduced_motion="reduce")
    yield a_page(context, site, problems, known[0]), problems
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_quiet_in_every_theme_and_fits_a_phone(tab, site, known, path):
    _, names = known
    page, problems = tab
    page.goto("about:blank")
    problems.clear()
    page.context.add_cookies([{"name": "sky_theme", "value": "light", "url": site}])
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(path.format(**names))
    assert answer.ok, answer.status
    assert page.title()
    assert page.evaluate(TOO_WIDE) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(TOO_WIDE) == []
    if path != "/docs":  # swagger-ui's, without our modules
        for theme in ("dark", "night"):
            page.evaluate("theme => import('/static/js/theme.js').then((it) => it.setTheme(theme))", theme)
        assert page.evaluate(NOT_RED) == []
    assert not problems, problems


def test_drawings_have_no_other_hue_at_night(browse, known):
    user, names = known
    InstrumentFactory()
    page = browse(user, theme="night")
    page.goto(f"/source/{names['obj']}/observability")
    come_to(page, "div.year", shows="svg.year")
    assert page.evaluate(NOT_RED) == []


def test_a_live_plot_and_the_scripts_of_a_page_load_in_every_theme(browse, known):
    user, names = known
    for theme in ("dark", "night"):
        page = browse(user, theme=theme)
        for path in ("/candidates", "/docs", f"/source/{names['obj']}"):
            page.goto(path)
