"""What a public page shows, and finding public pages. Nobody signs in to read these."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, F

from apps.groups import queries as groups
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.envelope import isoformat

from ..models import Classification, Obj, PublicRelease, PublicSourcePage, Thumbnail
from . import frozen
from .light_curves import LightCurve, light_curve, plain_column
from .spectra import of_obj

ANYBODY = Viewer.nobody()
COLUMNS = ("mjd", "bandpass", "flux", "fluxerr", "mag", "magerr", "limit", "instrument", "origin")


@dataclass(frozen=True)
class Options:
    """What of a source goes out: kinds of data, and of whose: nothing that is not shared with one of these."""

    include_photometry: bool = True
    include_spectroscopy: bool = True
    include_classifications: bool = True
    include_summary: bool = False
    include_redshift: bool = True
    include_thumbnails: bool = True
    groups: list[int] = field(default_factory=list)
    streams: list[int] = field(default_factory=list)
    frozen: str = ""
    """Instead of the photometry as it is: a frozen version of it, by its key."""

    def reader(self) -> Viewer:
        """Somebody who is in these groups, reads these streams, and is nothing else."""
        chosen = self.groups if self.groups or self.streams else [groups.sitewide_group_id()]
        return Viewer(user_id=None, group_ids=frozenset(chosen), stream_ids=frozenset(self.streams))


def snapshot(obj: Obj, options: Options) -> dict[str, Any]:
    """An obj as the readers chosen see it, in plain values; names of groups and people are not among them."""
    reader = options.reader()
    data: dict[str, Any] = {"name": obj.name, "ra": obj.ra, "dec": obj.dec, "tns_name": obj.tns_name}
    if options.include_redshift:
        data |= {"redshift": obj.redshift, "redshift_error": obj.redshift_error}
    if options.include_summary:
        data["summary"] = obj.summary
    if options.include_classifications:
        data["classifications"] = _classes(reader, obj)
    if options.include_photometry:
        data |= _photometry(reader, obj, options.frozen)
    if options.include_spectroscopy:
        data["spectra"] = _spectra(reader, obj)
    if options.include_thumbnails:
        data["thumbnails"] = _pictures(reader, obj)
    return data


def _photometry(reader: Viewer, obj: Obj, key: str) -> dict[str, Any]:
    """The points as they are now, or those of a frozen version with how to cite it."""
    if key:
        kept = frozen.get_frozen(reader, key)
        return {
            "photometry": {name: kept.data[name] for name in COLUMNS},
            "frozen": {"key": kept.key, "name": kept.name, "hash": kept.hash, "citation": frozen.citation(kept)},
        }
    curve = light_curve(reader, obj.pk)
    return {"photometry": curve.plain(COLUMNS) if curve else {name: [] for name in COLUMNS}}


def _classes(reader: Viewer, obj: Obj) -> list[dict[str, Any]]:
    said = Classification.objects.visible_to(reader).filter(obj=obj).order_by("created_at", "pk")
    rows = said.values("classification", "probability", "ml", "created_at", tree=F("taxonomy__name"))
    return [{**row, "created_at": isoformat(row["created_at"])} for row in rows]


def _spectra(reader: Viewer, obj: Obj) -> list[dict[str, Any]]:
    rows = of_obj(reader, obj).values(
        "observed_at", "type", "label", "units", "wavelengths", "fluxes", "errors",
        instrument_name=F("instrument__name")
    )  # fmt: skip
    return [
        {
            **row,
            "observed_at": isoformat(row["observed_at"]),
            **{
                name: None if row[name] is None else plain_column(row[name])
                for name in ("wavelengths", "fluxes", "errors")
            },
        }
        for row in rows[:100]
    ]


def _pictures(reader: Viewer, obj: Obj) -> list[dict[str, str]]:
    seen = Thumbnail.objects.visible_to(reader).filter(obj=obj, type__in=("new", "ref", "sub"), file__isnull=False)
    found = []
    for kind, name in (
        seen.order_by("type", F("mjd").desc(nulls_last=True)).distinct("type").values_list("type", "file")
    ):
        try:
            with default_storage.open(name or "") as file:
                found.append({"type": kind, "png": base64.b64encode(file.read()).decode()})
        except OSError:
            continue
    return found


def curve_of(photometry: dict[str, list[Any]]) -> LightCurve | None:
    """The light curve of a page again, for its picture."""
    return LightCurve.of_plain(photometry) if photometry.get("mjd") else None


# --- finding pages


def _readable() -> Any:
    """Pages that anybody may read: not withdrawn, in no release or in one that is shown."""
    pages = PublicSourcePage.objects.visible_to(ANYBODY)
    return pages.exclude(release__is_visible=False).select_related("obj", "release")


def page(name: str, version: str | None = None, link_name: str | None = None) -> PublicSourcePage:
    """A version of a source; without one the newest. In a release, or in none."""
    pages = _readable().filter(obj__name=name)
    pages = pages.filter(release__link_name=link_name) if link_name else pages.filter(release=None)
    found = (pages.filter(hash=version) if version else pages).order_by("-created_at", "-pk").first()
    if found is None:
        raise NotVisible("There is no public page here.", status=404)
    return found


def listed(link_name: str | None = None) -> Any:
    """The newest page of each source, by name: of a release, or of none."""
    pages = _readable().defer("data")
    pages = pages.filter(release__link_name=link_name) if link_name else pages.filter(release=None)
    return pages.order_by("obj__name", "-created_at").distinct("obj__name")


def releases() -> Any:
    return PublicRelease.objects.visible_to(ANYBODY).order_by("name")


def release(link_name: str) -> PublicRelease:
    found = releases().filter(link_name=link_name).first()
    if found is None:
        raise NotVisible("There is no public release of this name.", status=404)
    return found


def held(page_id: int) -> list[tuple[int, str]]:
    """How many points, spectra, classes and cutouts are in a page, of those that it was meant to have."""
    data = PublicSourcePage.objects.values_list("data", flat=True).get(pk=page_id)
    lists = {"point": (data.get("photometry") or {}).get("mjd"), "spectrum": data.get("spectra"),
             "class": data.get("classifications"), "cutout": data.get("thumbnails")}  # fmt: skip
    return [(len(rows), kind) for kind, rows in lists.items() if rows is not None]


def versions(obj: Obj) -> list[PublicSourcePage]:
    """All versions of an obj that the viewer is known to see, newest first."""
    pages = PublicSourcePage.objects.filter(obj=obj).defer("data").select_related("release", "author")
    return list(pages.order_by("-created_at", "-pk")[:200])


def shown(pages: list[PublicSourcePage]) -> list[dict[str, Any]]:
    """Pages as the public API lists them."""
    return [
        {
            "id": one.pk,
            "source_id": one.obj.name,
            "hash": one.hash,
            "is_visible": one.is_visible,
            "release_id": one.release_id,
            "options": one.options,
            "created_at": one.created_at,
            "modified": one.modified,
        }
        for one in pages
    ]


def release_rows(viewer: Viewer) -> list[dict[str, Any]]:
    """Releases that the viewer may know of, each with those of its groups that are the viewer's."""
    found = PublicRelease.objects.visible_to(viewer).prefetch_related("groups").order_by("name")
    names = ("id", "name", "link_name", "description", "is_visible", "auto_publish_enabled", "options", "created_at")
    return [
        {name: getattr(one, name) for name in names}
        | {"group_ids": [g.pk for g in one.groups.all() if viewer.sees_all or g.pk in viewer.group_ids]}
        for one in found
    ]


def releases_listed(viewer: Viewer) -> list[dict[str, Any]]:
    """The same for a page: with the names of these groups, and of how many sources there is a page."""
    rows = release_rows(viewer)
    pages = PublicSourcePage.objects.filter(release__in=[row["id"] for row in rows])
    counts = dict(pages.values_list("release").annotate(n=Count("obj", distinct=True)).order_by())
    called = dict(groups.groups(viewer).filter(pk__in=viewer.group_ids).values_list("pk", "name"))
    for row in rows:
        row["sources"] = counts.get(row["id"], 0)
        row["groups"] = [called[pk] for pk in row["group_ids"] if pk in called]
    return rows


def options_of(one: Options) -> dict[str, Any]:
    return asdict(one)
