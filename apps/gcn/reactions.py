"""What this app does when something happened: maps are drawn, objs and maps find each other."""

from __future__ import annotations

from apps.candidates.entries import CandidatesArrived
from apps.sources.entries import HostChanged, ObjChanged, SourceSaved, TransientsArrived
from skyportal.journal.reactions import on

from .entries import (
    ArchiveAsked,
    EventChanged,
    EventTextAsked,
    LocalizationAdded,
    MapAsked,
    MatchAsked,
    NoticeAdmitted,
    SkymapTriggerAsked,
)


@on(NoticeAdmitted, outside=True)
def locate(admitted: NoticeAdmitted, delivery_id: int) -> None:
    """Fetching a map may take minutes. A map that is there already is not made again."""
    from .actions.locating import locate as draw  # astropy: only a worker that draws maps pays for it

    draw(admitted.notice_id)


@on(MapAsked, outside=True)
def locate_again(asked: MapAsked, delivery_id: int) -> None:
    from .actions.locating import locate as draw

    draw(asked.notice_id)


@on(LocalizationAdded)
def match_objs_in(added: LocalizationAdded) -> None:
    from .actions.matching import match_localization

    match_localization(added.localization_id)


@on(MatchAsked)
def match_objs_again(asked: MatchAsked) -> None:
    from .actions.matching import match_localization

    match_localization(asked.localization_id)


@on(CandidatesArrived)
def match_candidates(arrived: CandidatesArrived) -> None:
    from .actions.matching import match_named

    match_named(arrived.obj_names)


@on(SourceSaved)
def match_source(saved: SourceSaved) -> None:
    from .actions.matching import match_ids

    match_ids([saved.obj_id])


@on(ObjChanged)
def place_obj_again(changed: ObjChanged) -> None:
    """What was worked out with its old place or redshift."""
    from .actions.matching import match_ids
    from .actions.placing import work_out

    if {"ra", "dec", "redshift"} & set(changed.fields):
        work_out(obj_id=changed.obj_id)
    if {"ra", "dec"} & set(changed.fields):
        match_ids([changed.obj_id])


@on(HostChanged)
def work_out_distance(changed: HostChanged) -> None:
    from .actions.placing import work_out

    work_out(obj_id=changed.obj_id)


@on(NoticeAdmitted)
def tie_circulars(admitted: NoticeAdmitted) -> None:
    """Circulars that were there before the event, or before it had this name."""
    from .actions.circulars import tie_event

    tie_event(admitted.event_id)


@on(NoticeAdmitted)
def name_detectors(admitted: NoticeAdmitted) -> None:
    """Its tags and properties say who heard it."""
    from .actions.detectors import set_detectors

    set_detectors(admitted.event_id)


@on(EventChanged)
def name_detectors_by_tag(changed: EventChanged) -> None:
    from .actions.detectors import set_detectors

    if changed.deed.startswith(("added the tag", "removed the tag")):
        set_detectors(changed.event_id)


@on(EventChanged)
def tie_circulars_by_alias(changed: EventChanged) -> None:
    """A name that somebody gave the event may be the one that circulars use."""
    from .actions.circulars import tie_event

    if changed.deed.startswith("added the alias"):
        tie_event(changed.event_id)


@on(NoticeAdmitted)
def tag_by_rules(admitted: NoticeAdmitted) -> None:
    from .actions.tag_rules import apply_rules

    apply_rules(admitted.event_id)


@on(LocalizationAdded)
def tag_by_rules_of_maps(added: LocalizationAdded) -> None:
    from .actions.tag_rules import apply_rules

    apply_rules(added.event_id)


@on(LocalizationAdded)
def make_source_of_small_map(added: LocalizationAdded) -> None:
    from .actions.small_maps import follow

    follow(added.localization_id)


@on(ArchiveAsked, outside=True)
def fetch_from_archive(asked: ArchiveAsked, delivery_id: int) -> None:
    """What is there already is only written again."""
    from .actions.archives import fetch

    fetch(asked.event_id, asked.archive)


@on(EventTextAsked)
def write_text(asked: EventTextAsked) -> None:
    from .actions.texts import carry_out

    carry_out(asked)


@on(TransientsArrived)
def tell_of_catalog_query(arrived: TransientsArrived) -> None:
    from .actions.catalog_queries import tell_of_import

    tell_of_import(arrived.import_id)


@on(SkymapTriggerAsked, outside=True)
def send_skymap(asked: SkymapTriggerAsked, delivery_id: int) -> None:
    """Twice the same name is one trigger there: the delivery's id is not needed."""
    from .actions.triggering import send_skymap_trigger

    send_skymap_trigger(asked.trigger_id)
