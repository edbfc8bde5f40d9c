"""Random worlds of people, groups, streams and data; what each person is shown, against an oracle of plain sets.

The oracle knows nothing of audiences, policies or SQL. It keeps, for every datum, the set of groups and streams it was
given to, and for every obj whatever was given of it.
"""

from __future__ import annotations

import base64
import csv
import io
import random
import zipfile
from dataclasses import dataclass, field

import orjson
import pytest
from django.db import transaction
from django.test import Client

from apps.candidates.models import Candidate, Filter
from apps.groups.models import Group, User
from apps.groups.queries import sitewide_group_id, viewer_of
from apps.sources.models import (
    Annotation,
    Comment,
    FrozenPhotometry,
    Interest,
    Label,
    PhotometricSeries,
    Photometry,
    PublicSourcePage,
    Source,
    Spectrum,
    Tag,
    TagOption,
)
from tests.factories import GroupFactory, InstrumentFactory, StreamFactory, join, make_user

SEEDS = range(2)


@dataclass
class Datum:
    """Something said or measured of an obj: its mark, who brought it, to whom it was given."""

    kind: str
    key: object
    obj: str
    owner: int
    groups: set[int]
    streams: set[int] = field(default_factory=set)
    parts: list[tuple[set[int], set[int]]] = field(default_factory=list)
    """Of a frozen version: the groups and streams that each of its points was given to."""


class World:
    """Built through the public API only, by people chosen at random."""

    def __init__(self, seed: int, api_of) -> None:
        self.chance = random.Random(seed)
        self.streams = [StreamFactory() for _ in range(2)]
        self.groups = [
            GroupFactory(streams=self.chance.sample(self.streams, self.chance.randint(0, 2))) for _ in range(4)
        ]
        self.people = [make_user(role="Group admin") for _ in range(5)]
        self.admin = make_user(role="Super admin")
        for user in self.people:
            for group in self.chance.sample(self.groups, self.chance.randint(0, 3)):
                join(user, group)
        self.look_again()
        self.api = {user.pk: api_of(user) for user in [*self.people, self.admin]}
        self.instrument = InstrumentFactory()
        self.filters = self.make_filters()
        self.data: list[Datum] = []
        self.knows: dict[str, set[tuple[str, int]]] = {}
        self.names = [f"ZTF26w{seed}{letter}" for letter in "abcdef"]
        for name in self.names:
            self.save(name)
        self.tags = [TagOption.objects.create(name=f"tag{n}") for n in range(3)]
        self.links: dict[int, set[str]] = {}
        deeds = (
            "photometry", "comment", "annotate", "candidate", "save", "tag", "interest", "label", "link", "spectrum",
            "series", "share", "freeze",
        )  # fmt: skip
        for _ in range(66):
            getattr(self, self.chance.choice(deeds))(self.chance.choice(self.names))

    def make_filters(self) -> list[Filter]:
        return [
            Filter.objects.create(name=f"filter of {group}", group=group, stream=group.streams.first())
            for group in self.groups
            if group.streams.exists()
        ]

    # --- what people do

    def someone(self, name: str | None = None) -> User:
        """Anybody, or somebody who may know of this obj."""
        people = [u for u in self.people if name is None or self.may_know(u, name)]
        return self.chance.choice(people or [self.admin])

    def some_groups(self, user: User) -> list[int]:
        mine = sorted(set(user.memberships.values_list("group_id", flat=True)) - {sitewide_group_id()})
        return self.chance.sample(mine, self.chance.randint(1, len(mine)))

    def tell(self, name: str, groups=(), streams=()) -> None:
        self.knows.setdefault(name, set()).update({("g", g) for g in groups} | {("s", s) for s in streams})

    def save(self, name: str) -> None:
        user = self.someone()
        groups = self.some_groups(user)
        body = {"id": name, "ra": self.chance.uniform(0, 360), "dec": self.chance.uniform(-80, 80), "group_ids": groups}
        status, answer = self.api[user.pk].post("sources", body)
        assert status == 200, answer
        self.tell(name, groups)
        self.data += [Datum("source", (name, g), name, user.pk, {g}) for g in groups]

    def photometry(self, name: str) -> None:
        user = self.someone(name)
        groups = self.some_groups(user)
        streams = self.chance.sample([s.pk for s in self.streams], self.chance.randint(0, 1))
        body = {
            "obj_id": name, "instrument_id": self.instrument.pk, "filter": "ztfg",
            "mjd": self.chance.uniform(59000, 60000),
            "flux": self.chance.uniform(10, 100), "fluxerr": 1.0, "zp": 23.9, "magsys": "ab", "group_ids": groups,
            "stream_ids": streams,
        }  # fmt: skip
        status, answer = self.api[user.pk].post("photometry", body)
        assert status == 200, answer
        given = {*groups, viewer_of(user.pk).single_user_group_id}
        self.tell(name, given, streams)
        self.data.append(Datum("photometry", answer["data"]["ids"][0], name, user.pk, given, set(streams)))

    def measured(self, kind: str, path: str, body: dict, name: str) -> None:
        """A spectrum or a series: given to groups, and always to its uploader's own."""
        user = self.someone(name)
        groups = self.some_groups(user)
        told = {"obj_id": name, "instrument_id": self.instrument.pk, "group_ids": groups}
        status, answer = self.api[user.pk].post(path, body | told)
        assert status == 200, answer
        given = {*groups, viewer_of(user.pk).single_user_group_id}
        self.tell(name, given)
        self.data.append(Datum(kind, answer["data"]["id"], name, user.pk, given))

    def spectrum(self, name: str) -> None:
        arrays = {"wavelengths": [4000.0, 4001.0, 4002.0], "fluxes": [1.0, 2.0, 3.0]}
        self.measured("spectrum", "spectra", {"observed_at": "2026-11-20T03:04:05", **arrays}, name)

    def series(self, name: str) -> None:
        flux = [self.chance.uniform(10, 100) for _ in range(3)]
        body = {"data": {"mjd": [59000.0, 59000.1, 59000.2], "flux": flux, "fluxerr": [1.0] * 3}}
        body |= {"series_name": "run", "series_obj_id": "1", "filter": "ztfg", "exp_time": 30.0}
        self.measured("series", "photometric_series", body, name)

    def share(self, name: str) -> None:
        """Somebody shares a point of their own more widely; frozen versions with that point stay as they were."""
        points = [d for d in self.data if d.kind == "photometry" and d.obj == name]
        if not points:
            return
        point = self.chance.choice(points)
        groups = [self.chance.choice(self.groups).pk]
        body = {"groupIDs": groups, "photometryIDs": [point.key]}
        status, answer = self.api[point.owner].post("sharing", body)
        assert status == 200 or point.owner == self.admin.pk, answer
        self.tell(name, groups)
        point.groups |= set(groups)

    def freeze(self, name: str) -> None:
        user = self.someone(name)
        points = [d for d in self.data if d.kind == "photometry" and d.obj == name and self.may_see(user, d)]
        status, answer = self.api[user.pk].post(f"sources/{name}/frozen_photometry", {"name": "as it is"})
        if status != 200:
            assert "already" in answer["message"] or not points, answer
            return
        parts = [(set(point.groups), set(point.streams)) for point in points]
        self.data.append(Datum("frozen", answer["data"]["key"], name, user.pk, set(), parts=parts))

    def comment(self, name: str) -> None:
        user = self.someone(name)
        groups = self.some_groups(user)
        body = {"text": f"remark {len(self.data)}", "group_ids": groups}
        body |= {"attachment": {"name": "notes.txt", "body": base64.b64encode(b"between ourselves").decode()}}
        status, answer = self.api[user.pk].post(f"sources/{name}/comments", body)
        assert status == 200, answer
        self.tell(name, groups)
        self.data.append(Datum("comment", answer["data"]["comment_id"], name, user.pk, set(groups)))

    def annotate(self, name: str) -> None:
        user = self.someone(name)
        groups = self.some_groups(user)
        body = {"origin": f"origin{len(self.data)}", "data": {"x": 1}, "group_ids": groups}
        status, answer = self.api[user.pk].post(f"sources/{name}/annotations", body)
        assert status == 200, answer
        self.tell(name, groups)
        self.data.append(Datum("annotation", answer["data"]["annotation_id"], name, user.pk, set(groups)))

    def candidate(self, name: str) -> None:
        readable = [(u, f) for f in self.filters for u in self.people if self.may_read(u, f) and self.may_know(u, name)]
        if not readable:
            return
        user, filter_ = self.chance.choice(readable)
        body = {"id": name, "filter_ids": [filter_.pk], "passed_at": "2026-11-20T03:04:05", "passing_alert_id": 7}
        status, answer = self.api[user.pk].post("candidates", body)
        assert status == 200, answer
        self.tell(name, [filter_.group_id])
        self.data.append(Datum("candidate", (name, filter_.pk), name, 0, {filter_.group_id}))

    def tag(self, name: str) -> None:
        """What somebody sees and tags again is only shown to more groups."""
        user, option = self.someone(name), self.chance.choice(self.tags)
        groups = self.some_groups(user)
        body = {"obj_id": name, "objtagoption_id": option.pk, "group_ids": groups}
        status, answer = self.api[user.pk].post("objtag", body)
        assert status == 200, answer
        self.tell(name, groups)
        there = next((d for d in self.data if d.kind == "tag" and d.key == answer["data"]["id"]), None)
        if there is None:
            self.data.append(Datum("tag", answer["data"]["id"], name, user.pk, set(groups)))
        else:
            there.groups |= set(groups)
            # two that are now shown to the same groups are one
            alive = set(Tag.objects.values_list("pk", flat=True))
            self.data = [d for d in self.data if d.kind != "tag" or d.key in alive]

    def interest(self, name: str) -> None:
        user = self.someone(name)
        status, answer = self.api[user.pk].post(f"sources/{name}/interests", {"title": "a spectrum"})
        assert status == 200, answer
        self.data.append(Datum("interest", answer["data"]["id"], name, user.pk, set()))

    def label(self, name: str) -> None:
        user = self.someone(name)
        groups = self.some_groups(user)
        status, answer = self.api[user.pk].post(f"sources/{name}/labels", {"groupIds": groups})
        assert status == 200, answer
        self.data += [Datum("label", (name, user.pk, group), name, user.pk, {group}) for group in groups]

    def link(self, name: str) -> None:
        user = self.someone(name)
        others = [other for other in self.names if other != name and self.may_know(user, other)]
        if not others or not self.may_know(user, name):
            return
        both = {name, self.chance.choice(others)}
        status, answer = self.api[user.pk].post("super_objs", {"obj_ids": sorted(both)})
        assert status == 200, answer
        self.links[answer["data"]["id"]] = both

    # --- the oracle

    def groups_of(self, user: User) -> set[int]:
        if user.pk not in self.groups_by_user:
            self.groups_by_user[user.pk] = set(user.memberships.values_list("group_id", flat=True))
        return self.groups_by_user[user.pk]

    def streams_of(self, user: User) -> set[int]:
        if user.pk not in self.streams_by_user:
            self.streams_by_user[user.pk] = set(user.stream_grants.values_list("stream_id", flat=True))
        return self.streams_by_user[user.pk]

    def look_again(self) -> None:
        """Who is in which group has changed, or is as it was."""
        self.groups_by_user: dict[int, set[int]] = {}
        self.streams_by_user: dict[int, set[int]] = {}

    def may_read(self, user: User, filter_: Filter) -> bool:
        return filter_.group_id in self.groups_of(user) and filter_.stream_id in self.streams_of(user)

    def may_know(self, user: User, name: str) -> bool:
        mine = {("g", g) for g in self.groups_of(user)} | {("s", s) for s in self.streams_of(user)}
        return bool(mine & self.knows.get(name, set()))

    def may_see(self, user: User, datum: Datum) -> bool:
        if not self.may_know(user, datum.obj):
            return False
        if datum.kind == "candidate":
            return self.may_read(user, next(f for f in self.filters if f.pk == datum.key[1]))
        if datum.kind == "interest":
            return True
        if datum.kind == "frozen":
            mine, read = self.groups_of(user), self.streams_of(user)
            return all(groups & mine or streams & read for groups, streams in datum.parts)
        given = bool(datum.groups & self.groups_of(user) or datum.streams & self.streams_of(user))
        return given or (datum.owner == user.pk and datum.kind not in ("source", "label"))

    def expected(self, user: User, kind: str) -> set:
        return {d.key for d in self.data if d.kind == kind and self.may_see(user, d)}


MODELS = {
    "photometry": (Photometry, lambda row: row.pk),
    "comment": (Comment, lambda row: row.pk),
    "annotation": (Annotation, lambda row: row.pk),
    "source": (Source, lambda row: (row.obj.name, row.group_id)),
    "tag": (Tag, lambda row: row.pk),
    "interest": (Interest, lambda row: row.pk),
    "label": (Label, lambda row: (row.obj.name, row.labeller_id, row.group_id)),
    "candidate": (Candidate, lambda row: (row.obj.name, row.filter_id)),
    "spectrum": (Spectrum, lambda row: row.pk),
    "series": (PhotometricSeries, lambda row: row.pk),
    "frozen": (FrozenPhotometry, lambda row: row.key),
}


@pytest.fixture(params=SEEDS)
def world(request, db, api_of) -> World:
    return World(request.param, api_of)


def querysets_show_exactly_what_was_shared(world: World) -> None:
    for user in world.people:
        viewer = viewer_of(user.pk)
        for kind, (model, key) in MODELS.items():
            seen = {key(row) for row in model.objects.visible_to(viewer)}
            assert seen == world.expected(user, kind), f"{user} sees other {kind} than was shared with them"


def the_api_shows_exactly_what_was_shared(world: World) -> None:
    for user in world.people:
        api = world.api[user.pk]
        for name in world.names:
            check_source(world, user, api, name)
        check_doors(world, user)
        status, answer = api.get("sources", numPerPage=500)
        assert status == 200
        listed = {s["id"] for s in answer["data"]["sources"]}
        assert listed == {name for name, _ in world.expected(user, "source")}
        assert answer["data"]["totalMatches"] == len(listed)


def check_source(world: World, user: User, api, name: str) -> None:
    status, answer = api.get(f"sources/{name}")
    assert (status == 200) == world.may_know(user, name), f"{user}, {name}: {status}"
    if status != 200:
        for part in ("photometry", "comments", "annotations", "interests", "spectra", "frozen_photometry"):
            path = f"sources/{name}/{part}"
            status, answer = api.get(path)
            assert status in (400, 403, 404), f"{user} asked for {path}: {status} {answer}"
        return
    saved = {(name, g["id"]) for g in answer["data"]["groups"]}
    assert saved == {key for key in world.expected(user, "source") if key[0] == name}
    shown = {row["id"] for row in answer["data"]["annotations"]}
    assert shown == of_obj(world, user, "annotation", name)
    tags = {world.tags[n].name for n in range(3) for d in world.data if is_tag(world, d, user, name, n)}
    assert {row["name"] for row in answer["data"]["tags"]} == tags
    others = {o for both in world.links.values() if name in both for o in both - {name} if world.may_know(user, o)}
    assert {row["obj_id"] for row in answer["data"]["associated_objs"]} == others
    _, labelled = api.get(f"sources/{name}", includeLabellers="true")
    assert {p["id"] for p in labelled["data"]["labellers"]} == {k[1] for k in of_obj(world, user, "label", name)}
    _, interests = api.get(f"sources/{name}/interests")
    assert {row["id"] for row in interests["data"]} == of_obj(world, user, "interest", name)
    for kind, path in (("photometry", f"sources/{name}/photometry"), ("comment", f"sources/{name}/comments")):
        status, answer = api.get(path, individualOrSeries="individual")
        assert status == 200, answer
        assert {row["id"] for row in answer["data"]} == of_obj(world, user, kind, name)
    _, answer = api.get(f"sources/{name}/spectra")
    assert {row["id"] for row in answer["data"]["spectra"]} == of_obj(world, user, "spectrum", name)
    _, answer = api.get(f"sources/{name}/frozen_photometry")
    assert {row["key"] for row in answer["data"]} == of_obj(world, user, "frozen", name)
    _, answer = api.get("photometric_series", objectID=name, dataFormat="none")
    assert {row["id"] for row in answer["data"]["series"]} == of_obj(world, user, "series", name)


DOORS = {
    "comment": ["/api/sources/{obj}/comments/{key}/attachment"],
    "spectrum": ["/api/spectra/{key}"],
    "series": ["/api/photometric_series/{key}", "/source/{obj}/series/{key}.h5"],
    "frozen": ["/api/frozen_photometry/{key}", "/frozen/{key}", "/frozen/{key}/photometry.csv"],
}


def check_doors(world: World, user: User) -> None:
    """What is asked for by its number is there for those who may see it, by API and by page."""
    browser = Client()
    browser.force_login(user)
    for datum in world.data:
        for door in DOORS.get(datum.kind, []):
            path = door.format(obj=datum.obj, key=datum.key)
            status = browser.get(path).status_code
            assert (status == 200) == world.may_see(user, datum), f"{user}: {path} answered {status}"


def is_tag(world: World, datum: Datum, user: User, name: str, n: int) -> bool:
    if datum.kind != "tag" or datum.obj != name or not world.may_see(user, datum):
        return False
    return Tag.objects.filter(pk=datum.key, option=world.tags[n]).exists()


def of_obj(world: World, user: User, kind: str, name: str) -> set:
    return {d.key for d in world.data if d.kind == kind and d.obj == name and world.may_see(user, d)}


def lists_files_and_links_name_nothing_hidden(world: World) -> None:
    """What leaves as a file, what is filtered by, and what ties objs together: the same as each obj by itself."""
    for user in world.people:
        browser, api = Client(), world.api[user.pk]
        browser.force_login(user)
        saved = {name for name, _ in world.expected(user, "source")}
        for asked in ({}, {"tags": "tag0,tag1"}, {"hasBeenLabelled": "true"}, {"hasNotBeenLabelled": "true"}):
            listed = {row["id"] for row in api.get("sources", numPerPage=500, **asked)[1]["data"]["sources"]}
            file = browser.get("/sources/export", {**asked, "format": "json", "columns": "id,tags,groups"})
            assert {row["id"] for row in file.json()} == listed
            assert listed <= saved
            labelled = {d.obj for d in world.data if d.kind == "label" and world.may_see(user, d)}
            if "hasBeenLabelled" in asked:
                assert listed == saved & labelled
            elif "hasNotBeenLabelled" in asked:
                assert listed == saved - labelled
        for super_id, both in world.links.items():
            known = {name for name in both if world.may_know(user, name)}
            status, answer = api.get(f"super_objs/{super_id}")
            assert (status == 200) == bool(known)
            assert not known or set(answer["data"]["obj_ids"]) == known


def statistics_rest_only_on_points_one_may_read(world: World) -> None:
    for user in world.people:
        for name in world.names:
            if not world.may_know(user, name):
                continue
            _, answer = world.api[user.pk].get(f"sources/{name}", includeDetectionStats="true")
            counted = sum(stat["num_det_global"] for stat in answer["data"]["photstats"])
            assert counted == len(of_obj(world, user, "photometry", name))


def candidates_list_shows_exactly_what_was_shared(world: World) -> None:
    for user in world.people:
        status, answer = world.api[user.pk].get(
            "candidates", startDate="2026-11-19", endDate="2026-11-22", numPerPage=500
        )
        assert status == 200, answer
        assert {c["id"] for c in answer["data"]["candidates"]} == {
            name for name, _ in world.expected(user, "candidate")
        }


def pages_show_nothing_of_hidden_objs(world: World) -> None:
    for user in world.people:
        browser = Client()
        browser.force_login(user)
        for name in world.names:
            for path in (
                "",
                "/photometry",
                "/photometry.csv",
                "/comments",
                "/annotations",
                "/classifications",
                "/groups",
                "/facts",
                "/head",
                "/redshift",
                "/tag",
                "/host",
            ):
                status = browser.get(f"/source/{name}{path}").status_code
                assert (status == 200) == world.may_know(user, name), f"{user}: /source/{name}{path} answered {status}"
        found = {r["label"] for r in browser.get("/search", {"q": "ZTF26w"}).json()["results"]}
        assert found == {name for name in world.names if world.may_know(user, name)}


def unsharing_a_group_takes_its_data_with_it(world: World) -> None:
    """Somebody who leaves a group sees what their other groups show, and no more."""
    user = next(u for u in world.people if world.groups_of(u) - {sitewide_group_id()})
    group = Group.objects.filter(memberships__user=user, single_user_group=False, sitewide=False).first()
    assert group is not None, "nobody of this world is in a shared group: choose another seed"
    user.memberships.filter(group=group).delete()
    world.look_again()
    viewer = viewer_of(user.pk)
    for kind, (model, key) in MODELS.items():
        assert {key(row) for row in model.objects.visible_to(viewer)} == world.expected(user, kind)


def a_bundle_holds_exactly_what_was_shared(world: World) -> None:
    for user in world.people:
        browser = Client()
        browser.force_login(user)
        for name in world.names:
            answer = browser.get(f"/source/{name}/bundle")
            assert (answer.status_code == 200) == world.may_know(user, name)
            if answer.status_code == 200:
                check_bundle(world, user, name, answer.content)


def check_bundle(world: World, user: User, name: str, body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        told = orjson.loads(archive.read("object.json"))
        lines = [line for line in archive.read("photometry.ecsv").decode().splitlines() if not line.startswith("#")]
    mjds = {float(row["mjd"]) for row in csv.DictReader(lines)}
    points = Photometry.objects.filter(pk__in=of_obj(world, user, "photometry", name))
    assert mjds == set(points.values_list("mjd", flat=True))
    remarks = Comment.objects.filter(pk__in=of_obj(world, user, "comment", name))
    assert {row["text"] for row in told["comments"]} == set(remarks.values_list("text", flat=True))
    notes = Annotation.objects.filter(pk__in=of_obj(world, user, "annotation", name))
    assert {row["origin"] for row in told["annotations"]} == set(notes.values_list("origin", flat=True))


def a_public_page_holds_exactly_what_the_chosen_groups_and_streams_see(world: World) -> None:
    """Whoever publishes: also an administrator, who sees all, lets out only what is theirs whose data were chosen."""
    anybody = Client()
    for name in world.names:
        for user in [*world.people, world.admin]:
            if not world.may_know(user, name) and user != world.admin:
                continue
            groups = world.some_groups(user)
            streams = sorted(world.streams_of(user))[:1]
            body = {"options": {"groups": groups, "streams": streams}}
            status, answer = world.api[user.pk].post(f"public_pages/source/{name}", body)
            if status != 200:
                assert "already exists" in answer["message"], answer
                continue
            page = PublicSourcePage.objects.get(pk=answer["data"]["id"])
            shown = anybody.get(f"/public/sources/{name}/version/{page.hash}/data.json").json()
            given = {
                d.key for d in world.data
                if d.kind == "photometry" and d.obj == name and (d.groups & set(groups) or d.streams & set(streams))
            }  # fmt: skip
            assert set(shown["photometry"]["mjd"]) == set(
                Photometry.objects.filter(pk__in=given).values_list("mjd", flat=True)
            )
            text = anybody.get(f"/public/sources/{name}/version/{page.hash}").content.decode()
            assert not any(f"remark {n}" in text or f"origin{n}" in text for n in range(len(world.data)))


@pytest.mark.parametrize(
    "checks",
    [
        (querysets_show_exactly_what_was_shared, the_api_shows_exactly_what_was_shared,
         statistics_rest_only_on_points_one_may_read, candidates_list_shows_exactly_what_was_shared),
        (lists_files_and_links_name_nothing_hidden, pages_show_nothing_of_hidden_objs,
         a_bundle_holds_exactly_what_was_shared, unsharing_a_group_takes_its_data_with_it,
         a_public_page_holds_exactly_what_the_chosen_groups_and_streams_see),
    ],
    ids=["data", "pages"],
)  # fmt: skip
def test_everybody_sees_exactly_what_was_shared_with_them(world, checks):
    """Many checks of one world, each of which leaves it as it was: building one takes longer than looking at it."""
    for check in checks:
        with transaction.atomic():
            check(world)
            transaction.set_rollback(True)
        world.look_again()
