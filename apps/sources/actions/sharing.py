"""Letting more groups read points and spectra that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Conflict, Invalid, NotAllowed, NotVisible
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..access import shareable
from ..entries import SpectrumChanged
from ..models import Photometry, Spectrum
from ..queries.objs import beneath
from .checks import need
from .objs import make_known_to_audiences
from .uploads import ids_in, widen

MOST = 10_000
"""Points and spectra that one request may name."""


@transaction.atomic
def share(viewer: Viewer, data: Mapping[str, Any]) -> None:
    """What a body of the public API asks: all of it, or nothing."""
    need(viewer, "Upload data")
    group_ids = ids_in(data.get("groupIDs"), "groupIDs")
    if not group_ids:
        raise Invalid("Missing required parameter: groupIDs")
    point_ids = ids_in(data.get("photometryIDs"), "photometryIDs", most=2**63)
    spectrum_ids = ids_in(data.get("spectrumIDs"), "spectrumIDs")
    if not point_ids and not spectrum_ids:
        raise Invalid("Missing required parameter: one of photometryIDs and spectrumIDs must name something.")
    if len(point_ids) + len(spectrum_ids) > MOST:
        raise Invalid(f"At most {MOST} points and spectra can be shared at once.")
    if point_ids:
        share_points(viewer, point_ids, group_ids)
    if spectrum_ids:
        share_spectra(viewer, spectrum_ids, group_ids)


@transaction.atomic
def share_points(viewer: Viewer, point_ids: Collection[int], group_ids: Iterable[int]) -> int:
    """Let more groups read chosen points; how many those are.

    Their owner and holders of Manage photometry may, with any group. So may members who were given that right in a
    group which reads a point, with groups of their own.
    """
    wanted, to = set(point_ids), groups.existing_group_ids(group_ids)
    visible = Photometry.objects.visible_to(viewer).filter(pk__in=wanted)
    if absent := wanted - set(visible.values_list("pk", flat=True)):
        raise NotVisible(f"Cannot find photometry point with ID: {min(absent)}")
    mine = visible.changeable_by(viewer)
    if others := wanted - set(mine.values_list("pk", flat=True)):
        _need_right(viewer, others, to)
    try:
        with transaction.atomic():
            widen(viewer, visible.values_list("pk", "audience_id", "obj_id"), Audience.objects.of(to))
    except IntegrityError:
        raise Conflict(
            "One of these is there twice, by two uploads, and the other is shared with exactly these groups already.",
            status=400,
        ) from None
    return len(wanted)


def _need_right(viewer: Viewer, point_ids: set[int], group_ids: list[int]) -> None:
    """Refuse unless each is of a group whose photometry the viewer may share, for groups of theirs."""
    allowed = beneath(viewer, Photometry.objects.filter(pk__in=point_ids), shareable)
    if lacking := len(point_ids) - allowed.count():
        raise NotAllowed(
            f"{lacking} of the points are not yours to share: their owner may, holders of Manage photometry and members"
            " whom a group that reads them lets share its photometry. Nothing was changed.",
            status=400,
        )
    if strange := [group for group in group_ids if group not in viewer.group_ids]:
        raise NotAllowed(
            f"Points of other owners can be shared with groups of your own only: you are not a member of {strange}.",
            status=400,
        )


@transaction.atomic
def share_spectra(viewer: Viewer, spectrum_ids: Collection[int], group_ids: Iterable[int]) -> int:
    """Let more groups read chosen spectra, which is their owner's right; how many those are."""
    wanted, to = set(spectrum_ids), groups.existing_group_ids(group_ids)
    spectra = Spectrum.objects.visible_to(viewer).filter(pk__in=wanted).select_related("obj", "audience")
    found = {spectrum.pk: spectrum for spectrum in spectra.order_by("pk").select_for_update(of=("self",))}
    if absent := wanted - found.keys():
        raise NotVisible(f"Could not access spectrum {min(absent)}.")
    if wanted - set(Spectrum.objects.changeable_by(viewer).filter(pk__in=wanted).values_list("pk", flat=True)):
        raise NotAllowed("A spectrum is shared by its owner only. Nothing was changed.", status=400)
    for spectrum in found.values():
        wide = Audience.objects.widened(spectrum.audience, to)
        if wide.pk == spectrum.audience_id:
            continue
        Spectrum.objects.filter(pk=spectrum.pk).update(audience=wide, modified=timezone.now())
        make_known_to_audiences([(spectrum.obj_id, wide.pk)])
        record(SpectrumChanged(spectrum.obj_id, spectrum.obj.name, viewer.user_id, spectrum.pk, "shared"))
    return len(wanted)
