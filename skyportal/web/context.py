"""What every page's frame needs: navigation, theme, who we are."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.template import Context, Engine, Template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

THEMES = ["auto", "light", "dark", "night"]


@dataclass(frozen=True)
class Place:
    """One entry of the navigation. Its address may not exist yet: then it is shown as coming."""

    label: str
    icon: str
    route: str
    key: str = ""
    staff: bool = False
    phone: int = 0
    """Its rank in the bar of a phone, which has room for four; 0: never."""


class Entry(NamedTuple):
    """A place as one page shows it: its address, and whether we are there."""

    place: Place
    url: str
    active: bool


class Navigation(NamedTuple):
    """All entries of a page's navigation. Equal ones look the same: see `drawn`."""

    main: tuple[Entry, ...]
    phone: tuple[Entry, ...]
    more: tuple[Entry, ...]
    admin: tuple[Entry, ...]


PLACES = [
    Place("Dashboard", "grid-1x2", "home", "g h", phone=1),
    Place("Candidates", "binoculars", "scan", "g c", phone=2),
    Place("Sources", "stars", "sources", "g s", phone=3),
    Place("Favourites", "star", "favourites", "g f", phone=5),
    Place("Events", "broadcast", "events", "g e", phone=4),
    Place("Follow-up", "send", "followup", "g u"),
    Place("Runs", "calendar2-week", "runs", "g r"),
    Place("Shifts", "people", "shifts", "g i"),
    Place("Groups", "diagram-3", "groups", "g g"),
]
MORE = [
    Place("Filters", "funnel", "filters"),
    Place("Alert archive", "archive", "archive"),
    Place("Brokers", "hdd-network", "brokers"),
    Place("Telescopes", "bullseye", "telescopes"),
    Place("Allocations", "clock-history", "allocations"),
    Place("Duplicates", "copy", "duplicates"),
    Place("Taxonomies", "tags", "taxonomies"),
    Place("Galaxies", "globe2", "galaxies"),
    Place("Detectors", "soundwave", "detectors"),
    Place("Earthquakes", "activity", "earthquakes"),
    Place("Spatial catalogues", "bounding-box-circles", "spatial-catalogs"),
    Place("Releases", "journal-bookmark", "releases"),
    Place("Bring in a bundle", "file-earmark-zip", "bundles"),
    Place("Analyses", "graph-up", "analyses"),
    Place("API", "braces", "docs"),
    Place("Components", "palette", "components"),
    Place("About", "info-circle", "about"),
]
ADMIN = [
    Place("Site admin", "gear", "admin:index", staff=True),
    Place("Alert intake", "inboxes", "intake", staff=True),
    Place("Received notices", "broadcast-pin", "notices", staff=True),
    Place("Health", "heart-pulse", "health", staff=True),
]


def address(route: str) -> str:
    """Where a route leads, or "" while nobody has built it."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def entries(places: list[Place], here: str, staff: bool, coming: bool = True) -> tuple[Entry, ...]:
    """Places with their address and whether we are there; the unbuilt are kept when `coming`."""
    shown = []
    for place in places:
        if place.staff and not staff:
            continue
        url = address(place.route)
        if url or coming:
            active = bool(url) and (here == url or (url != "/" and here.startswith(url.rstrip("/") + "/")))
            shown.append(Entry(place, url, active))
    return tuple(shown)


def on_phone(main: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The four places that matter most, of those that exist."""
    ranked = [entry for entry in main if entry.place.phone and entry.url]
    return tuple(sorted(ranked, key=lambda entry: entry.place.phone)[:4])


def navigation(here: str, staff: bool) -> Navigation:
    main = entries(PLACES, here, staff)
    more, admin = (entries(places, here, staff, coming=False) for places in (MORE, ADMIN))
    return Navigation(main, on_phone(main), more, admin)


@lru_cache(maxsize=256)
def drawn(template: Template, nav: Navigation) -> SafeString:
    """The navigation as HTML, kept: it was two thirds of the time of every page, and there are only as many as places.
    The loader makes another template when a file of its own changes."""
    return template.render(Context({"nav": nav}))


@cache
def version() -> str:
    try:
        return installed_version("skyportal-django")
    except PackageNotFoundError:
        return str(getattr(settings, "VERSION", "0.1.0"))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every page. Navigation is a function, so that fragments do not pay for it."""
    theme = request.COOKIES.get("sky_theme", "auto")
    theme = theme if theme in THEMES else "auto"
    staff = bool(getattr(getattr(request, "user", None), "is_staff", False))

    @cache
    def nav() -> dict[str, SafeString]:
        found, loader = navigation(request.path, staff), Engine.get_default()
        return {part: drawn(loader.get_template(f"web/_{part}.html"), found) for part in ("rail", "sheet")}

    return {
        "nav": nav,
        "site_name": getattr(settings, "SITE_NAME", "SkyPortal"),
        "site_version": version(),
        "theme": theme,
        "bs_theme": {"light": "light", "dark": "dark", "night": "dark"}.get(theme, "light"),
        "rail": "narrow" if request.COOKIES.get("sky_rail") == "narrow" else "wide",
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }
