"""The demo sky: a few people and groups, their filters, and a simulated night of each survey that went through them."""

from __future__ import annotations

import json
import os
import random
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from apps.groups import actions as groups
from apps.groups import queries
from apps.groups.models import Group, Membership, Stream, StreamGrant, User
from apps.sources.actions import classifications, comments, sources
from apps.sources.models import Obj, Source, Taxonomy
from skyportal.access.viewer import Viewer
from skyportal.astro.time import mjd_of

from ..actions import filters
from ..models import LatestCandidate
from ..slots import demo_chapters
from . import demo_spectra, site

Say = Callable[[str], None]
NIGHTS = {"ztf": ("ZTF Public", 3000), "lsst": ("LSST", 300)}
SAVED = 40
ADJECTIVES = ("amber", "brisk", "calm", "clear", "dusky", "early", "faint", "golden", "hidden", "lunar", "polar")
NOUNS = ("aurora", "bolide", "comet", "corona", "dawn", "eclipse", "halo", "meteor", "nebula", "pulsar", "quasar")


def is_begun() -> bool:
    """Whether the people of this site are those of the demo."""
    return _sign_ins().exists()


def _sign_ins() -> Path:
    return Path(settings.DATA) / "demo.json"


def build(say: Say) -> None:
    """Fill an empty site. What people do in it is done through the same actions as by real ones.

    Each step leaves what is there alone, so that a start that was cut short is taken up again.
    """
    described = site.read("demo.yaml")
    if not queries.any_people():
        say("people, groups and filters")
        _found(described)
    last_night = int(mjd_of(timezone.now())) - 1
    for survey, (stream, packets) in NIGHTS.items():
        say(f"simulating a night of {survey.upper()}")
        night = settings.DATA / f"demo_night_{survey}"
        if not (night / "night.json").exists():  # it is written last
            asked = {"survey": survey, "packets": packets, "night": last_night}
            call_command("simulate_night", out=night, seed=20261122, verbosity=0, **asked)
        say("letting its alerts through the filters")
        call_command("ingest_alerts", str(night / "*.avro"), stream=stream, verbosity=0)
    if not Source.objects.exists():
        say("scanning it, as people would")
        _scan(described)
    demo_spectra.take()
    for chapter in demo_chapters:
        chapter(say, last_night, settings.DATA / "demo_night_ztf" / "truth.csv")


@transaction.atomic
def _found(described: dict[str, Any]) -> None:
    password = _passphrase()
    streams = {s["name"]: Stream.objects.create(**s) for s in described["streams"]}
    teams = _groups(described["groups"], streams)
    people = _people(described["users"], teams, password)
    _filters(described["filters"], teams, streams, people["admin"])
    _write_sign_ins(described["users"], password)


def _passphrase() -> str:
    return f"{secrets.choice(ADJECTIVES)}-{secrets.choice(NOUNS)}-{secrets.randbelow(9000) + 1000}"


def _groups(described: list[dict[str, Any]], streams: dict[str, Stream]) -> dict[str, Group]:
    made = {}
    for group in described:
        names = group.pop("streams")
        made[group["name"]] = Group.objects.create(**group)
        made[group["name"]].streams.set(streams[name] for name in names)
    return made


def _people(described: list[dict[str, Any]], teams: dict[str, Group], password: str) -> dict[str, User]:
    people = {}
    for person in described:
        user = groups.create_user(
            person["username"],
            password=password,
            roles=[person["role"]],
            first_name=person["first_name"],
            last_name=person["last_name"],
        )
        for name, how in person["groups"].items():
            group = teams[name]
            StreamGrant.objects.bulk_create(
                [StreamGrant(user=user, stream=stream) for stream in group.streams.all()], ignore_conflicts=True
            )
            Membership.objects.create(
                user=user, group=group, admin=how == "admin", can_save=person["role"] != "View only"
            )
        people[person["username"]] = user
    return people


def _viewer(user: User) -> Viewer:
    found = queries.viewer_of(user.pk)
    assert found is not None
    return found


def _filters(described: list[dict[str, Any]], teams: dict[str, Group], streams: dict[str, Stream], admin: User) -> None:
    viewer = _viewer(admin)
    for one in described:
        fields = {"name": one["name"], "condition": one["condition"], "annotations": one["annotations"]}
        places = {"group_id": teams[one["group"]].pk, "stream_id": streams[one["stream"]].pk}
        filters.create_filter(viewer, {**fields, **places})


def _scan(described: dict[str, Any]) -> None:
    """Save some of the brightest, say something of a few, classify others. The same choice every time."""
    chance = random.Random(20261122)  # noqa: S311 - a reproducible demo
    people = list(User.objects.filter(username__in=[one["username"] for one in described["users"]]))
    taxonomy = Taxonomy.objects.order_by("pk").first()
    passed = LatestCandidate.objects.order_by("pk").values_list("obj_id", "filter__group_id")
    for obj_id, group_id in chance.sample(list(passed), min(SAVED, len(passed))):
        members = [user for user in people if _may_save(user, group_id)]
        viewer, obj = _viewer(chance.choice(members)), Obj.objects.get(pk=obj_id)
        sources.save_source(viewer, obj, [group_id])
        if chance.random() < 0.5:
            comments.post_comment(viewer, obj.name, chance.choice(described["comments"]), group_ids=[group_id])
        if taxonomy and chance.random() < 0.4:
            said = {
                "obj_id": obj.name,
                "taxonomy_id": taxonomy.pk,
                "classification": chance.choice(described["classifications"]),
                "probability": round(chance.uniform(0.6, 1), 2),
                "group_ids": [group_id],
            }
            classifications.classify(viewer, [said])


def _may_save(user: User, group_id: int) -> bool:
    return user.memberships.filter(group_id=group_id, can_save=True).exists()


def _write_sign_ins(described: list[dict[str, Any]], password: str) -> None:
    """For the banner of `make run`; readable by its owner only."""
    users = [{"username": u["username"], "password": password, "role": u["role"]} for u in described]
    descriptor = os.open(_sign_ins(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"users": users}, file, indent=1)
