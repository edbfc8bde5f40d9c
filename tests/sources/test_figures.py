"""What lists ask of photometry, counted and merged for each reader, against an oracle that adds up the points."""

from __future__ import annotations

import random

import numpy as np
import pytest

from apps.sources.actions.photometry import Points, store
from apps.sources.actions.sources import save_source
from apps.sources.actions.statistics import recount
from apps.sources.models import ListedObj, Photometry, PhotStat, PhotStatAudiences, WholePhotStat
from apps.sources.queries import sources, statistics
from apps.sources.slots import obj_filters
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from tests.factories import GroupFactory, InstrumentFactory, ObjFactory, make_user

pytestmark = pytest.mark.django_db
FILTERS = {
    "numberDetections": lambda few, bound: len(few) >= bound,
    "minPeakMagnitude": lambda few, bound: bool(few) and min(mag for _, mag in few) >= bound,
    "minLatestMagnitude": lambda few, bound: bool(few) and max(few)[1] >= bound,
    "maxLatestMagnitude": lambda few, bound: bool(few) and max(few)[1] <= bound,
}


class Sky:
    """Objs that all may know of, with points that each were given to some of three groups."""

    def __init__(self, viewer_of, seed: int) -> None:
        self.chance, self.groups = random.Random(seed), [GroupFactory() for _ in range(3)]
        readers = [self.groups, self.groups[:1], self.groups[1:], self.groups[2:]]
        self.viewers = [viewer_of(make_user(groups_=groups)) for groups in readers]
        self.viewers.append(viewer_of(make_user(role="Super admin", groups_=self.groups)))
        self.instrument, self.points = InstrumentFactory().pk, []
        self.objs = [ObjFactory() for _ in range(12)]
        for obj in self.objs:
            save_source(Viewer.system("test"), obj, [group.pk for group in self.groups])
        for _ in range(40):
            self.upload()

    def upload(self) -> None:
        obj = self.chance.choice(self.objs)
        given = self.chance.sample(self.groups, self.chance.choice([1, 1, 2, 3]))
        mjd, mag = 59000 + self.chance.randint(0, 10**6) / 1e3, self.chance.randint(160, 210) / 10
        flux = 10 ** (0.4 * (23.9 - mag))
        columns = {
            "obj_id": obj.pk, "mjd": mjd, "flux": flux, "fluxerr": flux / 20, "instrument_id": self.instrument,
            "audience_id": Audience.objects.of([g.pk for g in given]).pk, "bandpass": "ztfr", "origin": "test",
        }  # fmt: skip
        stored = store(Points(**{name: np.array([value]) for name, value in columns.items()}), owner_id=None)
        self.points.append((stored.ids[0], obj.pk, {g.pk for g in given}, mjd, mag))

    def seen_by(self, viewer) -> dict[int, list[tuple[float, float]]]:
        seen = {obj.pk: [] for obj in self.objs}
        for _, obj_id, given, mjd, mag in self.points:
            if viewer.sees_all or given & viewer.group_ids:
                seen[obj_id].append((mjd, mag))
        return seen

    def agrees(self) -> None:
        for viewer in self.viewers:
            seen = self.seen_by(viewer)
            for name, passes in FILTERS.items():
                bound = (
                    self.chance.choice([1, 2, 3]) if name == "numberDetections" else self.chance.randint(17, 20) + 0.05
                )
                wanted = {pk for pk, few in seen.items() if few and passes(few, bound)}
                assert set(sources.find(viewer, asked(**{name: bound}), 0, 100).ids) == wanted, (name, bound)
            for by, value in (("num_det", len), ("last_det_mag", lambda few: max(few)[1])):
                ids = sources.find(viewer, asked(sortBy=by, sortOrder="asc"), 0, 100).ids
                values = [round(value(seen[pk]), 6) for pk in ids if seen[pk]]
                assert values == sorted(values)
                assert [pk for pk in ids if not seen[pk]] == ids[len(values) :]


def asked(**given):
    return {name: plug.param.default for name, plug in obj_filters.items()} | given


@pytest.mark.parametrize("seed", range(2))
def test_lists_ask_exactly_of_the_points_one_may_read(viewer_of, seed):
    sky = Sky(viewer_of, seed)
    sky.agrees()
    gone = sky.chance.sample(sky.points, 15)
    Photometry.objects.filter(pk__in=[point[0] for point in gone]).delete()
    recount({point[1] for point in gone})
    sky.points = [point for point in sky.points if point not in gone]
    sky.agrees()
    moved, everybody = sky.chance.sample(sky.points, 5), {group.pk for group in sky.groups}
    Photometry.objects.filter(pk__in=[p[0] for p in moved]).update(audience=Audience.objects.of(everybody))
    recount({point[1] for point in moved})
    sky.points = [(*p[:2], everybody, *p[3:]) if p in moved else p for p in sky.points]
    sky.agrees()


def test_the_whole_of_an_obj_is_what_merging_gives(viewer_of):
    sky = Sky(viewer_of, 7)
    merged = statistics.merge(PhotStat.objects.values(*statistics._COLUMNS))
    figures = [f.attname for f in WholePhotStat._meta.concrete_fields if f.attname not in ("obj_id", "combination_id")]
    wholes, listed = WholePhotStat.objects.filter(num_obs__gt=0).in_bulk(), ListedObj.objects.in_bulk()
    assert wholes.keys() == merged.keys()
    for pk, whole in wholes.items():
        for kept in (whole, listed[pk]):
            assert {name: getattr(kept, name) for name in figures} == {name: merged[pk][name] for name in figures}
        assert set(whole.combination.audiences) == set(
            PhotStat.objects.filter(obj=pk).values_list("audience", flat=True)
        )
    assert len(sky.points) == sum(whole.num_obs for whole in wholes.values())


def test_more_combinations_than_are_looked_at_are_merged_one_by_one(viewer_of, monkeypatch):
    monkeypatch.setattr(statistics, "MOST_COMBINATIONS", 2)
    sky = Sky(viewer_of, 3)
    assert PhotStatAudiences.objects.count() > 2
    sky.agrees()
