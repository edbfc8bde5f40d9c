"""Whatever is sent to any door, it answers; it never breaks. Paths, parameters and bodies full of nonsense.

A door meets a few pieces of nonsense, each door others, the same ones in every run. `NONSENSE=all` sends everything
everywhere (seven minutes): for the day before a release, and whenever doors changed their manners.
"""

from __future__ import annotations

import json
import os
import re
from itertools import count
from urllib.parse import quote

import pytest

from .knocking import Doors
from .world import address, make_world, routes, verbs

HUGE = 10**30
IN_PATHS = ("\x00", "a\x00b", str(HUGE), "-1", "1.5", "é☃", "nan", "'", "%", "[]")
IN_QUERIES = (
    "\x00",
    str(HUGE),
    "-1",
    "nan",
    "1e400",
    "[]",
    "é☃'\"%",
    "9" * 5000,
    "0001-01-01",
    "9999-12-31T23:59:59+23:00",
)
IN_BODIES = (
    "a\x00b", HUGE, -1, 1.5, 2**31, 2**63, True, None, "", [], {}, [None], [[]], ["x"], [{}], {"a": None}, "x" * 300,
    {"\x00": 1}, [HUGE], float("inf"), "2026-99-99",
)  # fmt: skip
_NAMES = """
    id name obj_id ra dec redshift redshift_error altdata alias origin summary summary_history
    redshift_history t0 score group_ids stream_ids filter_ids passed_at passing_alert_id instrument_id
    telescope_id mjd filter magsys mag magerr limiting_mag flux fluxerr zp ra_unc dec_unc limiting_mag_nsigma
    instrument_ids min_date max_date group_id groupID groupIDs userID user_id users admin canSave fromGroupIDs
    stream_id username roles acls roleIds aclIds expirationDate contact_email contact_phone affiliations
    preferences nickname description diameter lat lon elevation filters type text channel attachment data
    photometry_id classification classifications taxonomy_id probability vote label hierarchy hierarchy_file
    version provenance isLatest ttype survey public_url list_name params objId inviteGroupIds unsaveGroupIds
    active requested condition annotations note enabled autosave group_admins private auto_accept_requests
    first_name last_name validated explanation notes dryRun maxAgeMonths batchSize ignore_if_in_group_ids
    saver_per_group_id refresh_source limit_mag file_uri is_grayscale catalog_name catalog_data catalogName
    catalogData groupId userIds subject number startDate endDate localizationName localizationCumprob
    numberDetections instrumentIds showSources acknowledgements reportName body published file_name file_url
"""
FIELDS = tuple(_NAMES.split())


@pytest.fixture
def world(group, stream, member):
    return make_world(group, stream, member)


@pytest.fixture
def knock(system_admin):
    """As one who may do everything: nothing is stopped at the door. Each knock is undone."""
    site = Doors()
    site.admit(system_admin)
    return lambda verb, path, body=b"": site.knock(system_admin.username, verb, path, body)


@pytest.fixture
def few():
    """The next `n` of some nonsense, going round, so that the doors of one run together meet all of it."""
    if os.environ.get("NONSENSE") == "all":
        return lambda nonsense, n: nonsense
    turn = count()

    def some(nonsense, n):
        start = next(turn) * n
        return [nonsense[(start + i) % len(nonsense)] for i in range(min(n, len(nonsense)))]

    return some


def _declared(pattern, verb):
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    return [param.name for param in getattr(view, "params", {}).get(verb, [])]


ARGUMENT = re.compile(r"<(\w+:)?\w+>")


def _with(nonsense, route):
    """The route with this in its arguments; a number's door opens to no other nonsense than a huge number."""
    text = quote(nonsense, safe="")
    return "/" + ARGUMENT.sub(lambda found: str(HUGE) if found[1] == "int:" else text, route)


def test_no_path_breaks_a_door(world, knock, few):
    broken = []
    for route, pattern in routes():
        paths = {_with(nonsense, route) for nonsense in few(IN_PATHS, 2)} if ARGUMENT.search(route) else ()
        for path in sorted(paths):
            for verb in verbs(pattern):
                if knock(verb, path) >= 500:
                    broken.append(f"{verb} {path}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("start", ["/event/2026-01-02T03:04:05/report/", "/api/spectra/", "/group/"])
def test_nonsense_where_a_number_belongs_is_not_found(knock, start):
    answers = {nonsense: knock("GET", start + quote(nonsense, safe="")) for nonsense in IN_PATHS}
    assert set(answers.values()) <= {400, 404}, answers


def test_no_parameter_breaks_a_door(world, knock, few):
    broken = []
    for route, pattern in routes():
        for verb in verbs(pattern):
            names = _declared(pattern, verb) or ["page", "sort", "q", "groupIDs", "window", "next", "scanned", "closed"]
            for name in few(names, 1):
                for nonsense in few(IN_QUERIES, 1):
                    path = f"{address(route, world)}?{name}={quote(nonsense, safe='')}"
                    if knock(verb, path) >= 500:
                        broken.append(f"{verb} {path[:200]}")
    assert not broken, "\n".join(broken)


def test_no_body_breaks_a_door(world, knock, few):
    broken = []
    sensible = _sensible(world)
    for route, pattern in routes():
        if not route.startswith("api/"):
            continue
        path = address(route, world)
        for verb in set(verbs(pattern)) - {"GET"}:
            for nonsense in few(IN_BODIES, 2):
                every = json.dumps(dict.fromkeys(FIELDS, nonsense))
                if knock(verb, path, every) >= 500:
                    broken.append(f"{verb} {path} all {nonsense!r:.60}")
            for name in few(FIELDS, 2):
                for nonsense in few(IN_BODIES, 1):
                    if knock(verb, path, json.dumps(sensible | {name: nonsense})) >= 500:
                        broken.append(f"{verb} {path} {name} {nonsense!r:.60}")
    assert not broken, "\n".join(broken)


NO_BODIES = {
    "not JSON": (b"\xff", b"{", b"[" * 100_000),
    "no object": (b"[]", b"3", b"null"),
    "nothing that can be stored": (b'{"a": NaN}', b'"\\u0000"'),
}


@pytest.mark.parametrize("kind", NO_BODIES)
def test_no_unreadable_body_breaks_a_door(world, knock, few, kind):
    """Each door meets one of each kind."""
    broken = [
        f"{verb} {route} {body[:20]!r}"
        for route, pattern in routes()
        for verb in (set(verbs(pattern)) - {"GET"} if route.startswith("api/") else ())
        for body in few(NO_BODIES[kind], 1)
        if knock(verb, address(route, world), body) >= 500
    ]
    assert not broken, "\n".join(broken)


def _sensible(world):
    """A body that gets past the first checks of most doors, so that the nonsense in it is met further in."""
    return {
        "id": world.obj.name, "obj_id": world.obj.name, "objId": world.obj.name, "ra": 10.0, "dec": 10.0, "name": "x",
        "nickname": "x", "diameter": 1.0, "type": "imager", "telescope_id": world.instrument.telescope_id,
        "instrument_id": world.instrument.pk, "mjd": 59000.0, "filter": "ztfr", "magsys": "ab", "mag": 18.0,
        "magerr": 0.1, "limiting_mag": 20.0, "filter_ids": [world.filter.pk], "passed_at": "2026-01-01T00:00:00",
        "text": "x", "origin": "x", "data": {"a": 1}, "group_id": world.group.pk, "stream_id": world.stream.pk,
        "userID": world.member.pk, "user_id": world.member.pk, "admin": False, "list_name": "favorites",
        "inviteGroupIds": [world.group.pk], "username": "fuzz", "vote": 1, "version": "1", "hierarchy": {"class": "x"},
        "lat": 0.0, "lon": 0.0, "elevation": 0.0, "robotic": False, "filters": ["ztfr"],
    }  # fmt: skip
