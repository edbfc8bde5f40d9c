"""`/api/spectra` and what hangs on it: words, codes and shapes that clients depend on."""

from __future__ import annotations

import base64

import pytest

from apps.groups.queries import sitewide_group_id
from apps.sources.models import Photometry, Spectrum
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, InstrumentFactory, join, make_user
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db
WAVES, FLUXES = [4000.0, 4001.0, 4002.0], [1.0, 2.5, 3.0]


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.fixture
def body(obj, group):
    return {
        "obj_id": obj.name, "instrument_id": InstrumentFactory(name="LRIS", type="spectrograph").pk,
        "observed_at": "2020-01-10T00:00:00", "wavelengths": WAVES, "fluxes": FLUXES, "group_ids": [group.pk],
    }  # fmt: skip


@pytest.fixture
def posted(api, body):
    """Post a spectrum with changes to the body; its id."""

    def post(**more):
        status, answer = api.post("spectra", body | more)
        assert status == 200, answer
        return answer["data"]["id"]

    return post


@pytest.mark.parametrize("path", ["spectra", "spectrum"])
def test_a_spectrum_goes_in_and_comes_out_equal(api, body, member, group, viewer_of, path):
    more = {"errors": [0.1, None, 0.3], "label": "peak", "origin": "pipeline", "units": "erg/s/cm2/AA",
            "altdata": {"EXPTIME": 600}, "type": "host", "reduced_by": [member.pk], "observed_by": [member.pk],
            "external_observer": "E. Hubble", "pi": [member.pk]}  # fmt: skip
    status, answer = api.post(path, body | more | {"fluxes": [3.0, None, 1.0], "wavelengths": WAVES[::-1]})
    assert status == 200, answer
    found = api.get(f"{path}/{answer['data']['id']}")[1]["data"]
    assert (found["wavelengths"], found["fluxes"], found["errors"]) == (WAVES, [1.0, None, 3.0], [0.3, None, 0.1])
    assert {k: found[k] for k in ("label", "origin", "units", "altdata", "type")} == {k: more[k] for k in
           ("label", "origin", "units", "altdata", "type")}  # fmt: skip
    assert (found["obj_id"], found["instrument_name"], found["observed_at"]) == (
        body["obj_id"], "LRIS", "2020-01-10T00:00:00"
    )  # fmt: skip
    assert [u["username"] for role in ("reducers", "observers", "pis") for u in found[role]] == ["member"] * 3
    assert (found["external_observer"], found["external_pi"], found["owner"]["username"]) == (
        "E. Hubble", None, "member"
    )  # fmt: skip
    own = viewer_of(member).single_user_group_id
    assert {g["id"] for g in found["groups"]} == {group.pk, own}
    empty = {"comments": [], "annotations": [], "followup_request_id": None, "assignment_id": None}
    assert empty.items() <= found.items()
    assert JournalEntry.objects.filter(kind="SpectrumAdded").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wavelengths": None}, "Invalid / missing parameters; {'wavelengths': ['Missing data for required field.']}"),
        ({"observed_at": ""}, "observed_at"),
        ({"observed_at": "last night"}, "Not a valid datetime"),
        ({"fluxes": [1.0]}, "must have one length"),
        ({"fluxes": ["a", 1, 2]}, "Must be a list of numbers"),
        ({"wavelengths": [4000, -1, 2]}, "Must be positive"),
        ({"wavelengths": [], "fluxes": []}, "From 1 to"),
        ({"fluxes": [None, None, None]}, "No flux is a finite number"),
        ({"type": "galaxy"}, "Must be one of: source, host, host_center."),
        ({"obj_id": "absent"}, "Invalid object ID: absent"),
        ({"instrument_id": 99999}, "Cannot find instrument with ID: 99999"),
        ({"reduced_by": [99999]}, "no user with ID 99999"),
        ({"external_reducer": "Somebody"}, "At least one valid user"),
        ({"group_ids": [99999]}, "Please remove and try again"),
        ({"followup_request_id": 1}, "Invalid followup_request_id"),
        ({"altdata": [1]}, "Not a valid mapping type"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(api, body, change, words):
    status, answer = api.post("spectra", body | change)
    assert status == 400
    assert words in answer["message"]
    assert not Spectrum.objects.exists()


def test_bare_nan_in_a_request_is_a_missing_flux(api, body):
    import json

    text = json.dumps(body | {"fluxes": [1.0, float("nan"), 3.0]})
    status, answer = api.post("spectra", text)
    assert status == 200, answer
    assert api.get(f"spectra/{answer['data']['id']}")[1]["data"]["fluxes"] == [1.0, None, 3.0]


def test_only_the_uploader_changes_and_deletes_it(api, posted, group, outsider, system_admin, api_of, body):
    pk = posted()
    other = api_of(make_user("other", groups_=[group]))
    assert other.get(f"spectra/{pk}")[0] == 200
    assert other.put(f"spectra/{pk}", {"label": "mine"})[0] == 403
    assert other.delete(f"spectra/{pk}")[0] == 403
    status, answer = api_of(outsider).get(f"spectra/{pk}")
    assert (status, answer["message"]) == (403, f"Could not access spectrum {pk}.")
    assert api_of(outsider).delete(f"spectra/{pk}")[0] == 403
    assert api_of(make_user("looker", role="View only", groups_=[group])).delete(f"spectra/{pk}")[0] == 401
    second = GroupFactory()
    status, answer = api.put(
        f"spectra/{pk}", {"label": "max", "fluxes": [9, 9, 9], "group_ids": [second.pk], "observed_at": "2021-01-01"}
    )
    assert status == 200, answer
    found = api.get(f"spectra/{pk}")[1]["data"]
    assert (found["label"], found["fluxes"], found["observed_at"]) == ("max", [9, 9, 9], "2021-01-01T00:00:00")
    assert {group.pk, second.pk} <= set(Spectrum.objects.get().audience.group_ids)
    assert api.put(f"spectra/{pk}", {"fluxes": [1]})[0] == 400
    assert api_of(system_admin).delete(f"spectra/{pk}")[0] == 200
    assert not Spectrum.objects.exists()


def test_whom_it_is_shared_with_comes_to_know_of_its_source(api, posted, api_of, obj):
    second = GroupFactory()
    stranger = api_of(make_user("stranger", groups_=[second]))
    assert stranger.get(f"sources/{obj.name}")[0] == 404
    pk = posted(group_ids=[second.pk])
    assert stranger.get(f"spectra/{pk}")[0] == 200
    assert stranger.get(f"sources/{obj.name}")[0] == 200


def test_without_groups_it_is_mine_alone(api, posted, api_of, group):
    pk = posted(group_ids=None)
    assert api.get(f"spectra/{pk}")[0] == 200
    assert api_of(make_user("other", groups_=[group])).get(f"spectra/{pk}")[0] == 403


@pytest.fixture
def three(posted, obj, group, body):
    """Spectra of three nights, of two instruments, types, labels and origins."""
    second = InstrumentFactory(name="SEDM").pk
    return [
        posted(observed_at="2020-01-01", label="early phase", origin="alpha"),
        posted(observed_at="2020-02-01", label="peak", origin="beta", type="host", instrument_id=second),
        posted(observed_at="2020-03-01", label="late", origin="beta", group_ids=[sitewide_group_id()]),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "012"),
        ({"observedAfter": "2020-01-15"}, "12"),
        ({"observedBefore": "2020-01-15"}, "0"),
        ({"objID": "ZTF"}, "012"),
        ({"objID": "nowhere"}, ""),
        ({"instrumentIDs": "LRIS"}, "02"),
        ({"instrumentIDs": "LRIS,SEDM"}, "012"),
        ({"groupIDs": "sitewide"}, "2"),
        ({"type": "host"}, "1"),
        ({"type": "host,source"}, "012"),
        ({"label": "PEAK,late"}, "12"),
        ({"origin": "alph"}, "0"),
        ({"modifiedAfter": "2020-01-01"}, "012"),
        ({"modifiedBefore": "2020-01-01"}, ""),
        ({"commentsFilter": "noisy"}, "1"),
        ({"commentsFilterAuthor": "member"}, "1"),
        ({"commentsFilter": "noisy", "commentsFilterBefore": "2020-01-01"}, ""),
    ],
)
def test_lists_are_narrowed(api, three, query, found):
    from apps.sources.models import Instrument

    api.post(f"spectra/{three[1]}/comments", {"text": "A noisy one"})
    ids = {i.name: str(i.pk) for i in Instrument.objects.all()} | {"sitewide": str(sitewide_group_id())}
    if "IDs" in next(iter(query), ""):
        query = {key: ",".join(ids[name] for name in value.split(",")) for key, value in query.items()}
    status, answer = api.get("spectra", **query)
    assert status == 200, answer
    assert [row["id"] for row in answer["data"]] == [three[int(n)] for n in found]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"instrumentIDs": "99999"}, "Not all Instrument IDs"),
        ({"instrumentIDs": "one,two"}, "Could not parse all elements to integers"),
        ({"followupRequestIDs": "5"}, "Not all FollowupRequest IDs"),
        ({"assignmentIDs": "5"}, "Not all ClassicalAssignment IDs"),
        ({"type": "galaxy"}, "not in list of allowed spectrum types"),
        ({"groupIDs": "99999"}, "Please remove and try again"),
    ],
)
def test_lists_say_what_they_cannot_be_narrowed_by(api, query, words):
    status, answer = api.get("spectra", **query)
    assert status == 400
    assert words in answer["message"]


def test_a_minimal_payload_has_no_arrays(api, posted):
    posted()
    [row] = api.get("spectra", minimalPayload="true")[1]["data"]
    assert not {"wavelengths", "fluxes", "errors", "comments", "annotations", "groups"} & row.keys()
    assert row["instrument_name"] == "LRIS"


def test_a_list_takes_the_same_queries_however_long(api, posted, django_assert_max_num_queries):
    for n in range(4):
        posted(observed_at=f"2020-01-0{n + 1}")
    with django_assert_max_num_queries(13):
        assert len(api.get("spectra")[1]["data"]) == 4


def test_spectra_of_a_source_sorted_and_normalised(api, posted, obj):
    posted(observed_at="2020-02-01")
    posted(observed_at="2020-01-01", fluxes=[10, 20, 40], errors=[1, 2, 4])
    answer = api.get(f"sources/{obj.name}/spectra", normalization="median")[1]["data"]
    assert answer["obj_id"] == obj.name
    assert [s["fluxes"] for s in answer["spectra"]] == [[0.5, 1.0, 2.0], [0.4, 1.0, 1.2]]
    assert answer["spectra"][0]["errors"] == [0.05, 0.1, 0.2]
    newest = api.get(f"sources/{obj.name}/spectra", sortBy="observed_at", sortOrder="desc")[1]["data"]["spectra"]
    assert [s["observed_at"][:7] for s in newest] == ["2020-02", "2020-01"]
    status, answer = api.get(f"sources/{obj.name}/spectra", normalization="mean")
    assert (status, "Must be one of: median" in answer["message"]) == (400, True)
    assert api.get("sources/absent/spectra")[0] == 404


def test_range(api, three, body):
    answer = api.get("spectra/range", min_date="2020-01-15", max_date="2020-02-15")[1]["data"]
    assert [row["id"] for row in answer] == [three[1]]
    answer = api.get("spectrum/range", instrument_ids=str(body["instrument_id"]))[1]["data"]
    assert [row["id"] for row in answer] == [three[0], three[2]]


# --- files -----------------------------------------------------------------------------------------------------------

ASCII = "# EXPTIME = 600.0 / seconds\n# INSTRUME: SPRAT\n4000 1.5 7 0.1\n4001 1.6 7 0.2\n"


def test_an_ascii_file_is_parsed_kept_and_given_back(api, body):
    columns = {"fluxerr_column": 3, "ascii": ASCII, "filename": "../night.ascii"}
    parsed = api.post("spectra/parse/ascii", columns)[1]["data"]
    assert (parsed["wavelengths"], parsed["fluxes"], parsed["errors"]) == ([4000, 4001], [1.5, 1.6], [0.1, 0.2])
    assert parsed["altdata"] == {"EXPTIME": {"value": 600.0, "comment": "seconds"}, "INSTRUME": "SPRAT"}
    assert not Spectrum.objects.exists()
    sent = {k: v for k, v in body.items() if k not in ("wavelengths", "fluxes")} | columns
    status, answer = api.post("spectrum/ascii", sent)
    assert status == 200, answer
    found = api.get(f"spectra/{answer['data']['id']}", includeOriginalFile="true")[1]["data"]
    assert (found["errors"], found["altdata"]) == ([0.1, 0.2], parsed["altdata"])
    assert (found["original_file_filename"], found["original_file_string"]) == ("night.ascii", ASCII)
    assert "original_file_string" not in api.get(f"spectra/{answer['data']['id']}")[1]["data"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ascii": "4000 1\n4001 x\n"}, "Line 2: column 2 is 'x', which is not a number"),
        ({"ascii": "4000 1\n4001 1 2\n"}, "Line 2: 3 columns"),
        ({"ascii": "4000 1\n", "flux_column": 2}, "flux_column is 2, but the file has 2 columns"),
        ({"ascii": "4000 1\n", "wave_column": "first"}, "wave_column"),
        ({}, "ascii"),
    ],
)
def test_a_bad_file_is_refused_with_the_line_and_the_reason(api, body, change, words):
    for path, sent in (("spectra/parse/ascii", change), ("spectra/ascii", body | change)):
        status, answer = api.post(path, sent)
        assert status == 400
        assert words in answer["message"]
    assert not Spectrum.objects.exists()


# --- what is said of them --------------------------------------------------------------------------------------------


def test_comments_hang_on_a_spectrum_and_not_on_its_source(api, posted, obj, group, outsider, api_of):
    pk, other = posted(), posted(label="other")
    sent = {"text": "Host lines!", "attachment": {"name": "a.txt", "body": base64.b64encode(b"seen").decode()}}
    status, answer = api.post(f"spectra/{pk}/comments", sent)
    assert status == 200, answer
    comment = answer["data"]["comment_id"]
    [found] = api.get(f"spectra/{pk}/comments")[1]["data"]
    assert (found["text"], found["resourceType"], found["spectrum_id"]) == ("Host lines!", "spectra", pk)
    assert found["obj_id"] == obj.name
    assert not {key for key in found if "__" in key or key == "obj_name"}, "how it was read is nobody's business"
    assert api.get(f"spectra/{pk}")[1]["data"]["comments"][0]["id"] == comment
    assert api.get(f"sources/{obj.name}/comments")[1]["data"] == []
    assert api.get(f"spectra/{pk}/comments/{comment}/attachment")[1] == b"seen"
    status, answer = api.get(f"spectra/{other}/comments/{comment}")
    assert "Comment resource ID does not match resource ID given in path" in answer["message"]
    assert [c["id"] for c in api.get("spectra/comments", text="host")[1]["data"]] == [comment]
    stranger = api_of(outsider)
    for path in (f"spectra/{pk}/comments", f"spectra/{pk}/comments/{comment}"):
        assert stranger.get(path)[0] == 403
    assert stranger.post(f"spectra/{pk}/comments", {"text": "me too"})[0] == 403
    assert api_of(make_user("other", groups_=[group])).put(f"spectra/{pk}/comments/{comment}", {"text": "x"})[0] == 403
    assert api.put(f"spectra/{pk}/comments/{comment}", {"text": "Host lines, z=0.03"})[0] == 200
    assert api.delete(f"spectra/{pk}/comments/{comment}")[0] == 200
    assert api.get(f"spectra/{pk}/comments")[1]["data"] == []


def test_who_may_not_read_a_spectrum_reads_nothing_of_what_is_said_of_it(api, posted, group, api_of, member):
    """A comment for everybody stays beneath a spectrum that is not for everybody."""
    pk = posted(group_ids=None)
    api.post(f"spectra/{pk}/comments", {"text": "secret redshift"})
    api.post(f"spectra/{pk}/annotations", {"origin": "z", "data": {"z": 1}, "group_ids": [group.pk]})
    other = api_of(make_user("other", groups_=[group]))
    assert other.get("spectra/comments", text="secret")[1]["data"] == []
    assert other.get(f"spectra/{pk}/annotations")[0] == 403


def test_annotations_hang_on_a_spectrum(api, posted, obj):
    pk = posted()
    sent = {"origin": "snid", "data": {"type": "Ia", "phase": 3}}
    annotation = api.post(f"spectra/{pk}/annotations", sent)[1]["data"]["annotation_id"]
    [found] = api.get(f"spectra/{pk}/annotations")[1]["data"]
    assert (found["data"], found["type"], found["spectrum_id"]) == (sent["data"], "spectrum", pk)
    status, answer = api.post(f"spectra/{pk}/annotations", sent)
    assert (status, "duplicate key value violates unique constraint" in answer["message"]) == (400, True)
    assert api.post(f"sources/{obj.name}/annotations", sent)[0] == 200
    assert api.put(f"spectra/{pk}/annotations/{annotation}", {"data": {"type": "Ic"}})[0] == 200
    assert api.get(f"spectra/{pk}/annotations/{annotation}")[1]["data"]["data"] == {"type": "Ic"}
    assert api.delete(f"spectra/{pk}/annotations/{annotation}")[0] == 200


# --- photometry, stacks, lists of sources ----------------------------------------------------------------------------


def test_synthetic_photometry_joins_the_light_curve(api, posted, obj, group, api_of):
    waves = list(range(3500, 9500, 5))
    pk = posted(wavelengths=waves, fluxes=[1e-15 * (5500 / w) ** 2 for w in waves], errors=[1e-17] * len(waves))
    status, answer = api.post(f"spectra/synthphot/{pk}", {"filters": ["sdssr", "ztfg"]})
    assert status == 200, answer
    again = api.post(f"spectra/synthphot/{pk}", {"filters": ["sdssr", "ztfg"]})[1]["data"]["ids"]
    assert (again, Photometry.objects.count()) == (answer["data"]["ids"], 2)
    points = api_of(make_user("other", groups_=[group])).get(f"sources/{obj.name}/photometry")[1]["data"]
    # a flat spectrum in flux per frequency: the same magnitude everywhere, 1e-15 at 5500 Å
    assert {p["filter"] for p in points} == {"sdssr", "ztfg"}
    assert all(p["mag"] == pytest.approx(16.390, abs=0.002) for p in points)
    assert all(p["origin"] == "synthphot" and p["magerr"] > 0 and p["mjd"] == 58858.0 for p in points)


@pytest.mark.parametrize(
    ("filters", "more", "words"),
    [
        (["sdssz"], {}, "outside spectral range"),
        (["radio-3GHz"], {}, "No response curve is known for the bandpass 'radio-3GHz'"),
        (None, {}, "filters"),
        (["sdssg"], {"units": "counts"}, "cannot be turned into erg/s/cm2/AA"),
        (["sdssg"], {"fluxes": [1.0] * 480}, "it is scaled or normalised"),
    ],
)
def test_synthetic_photometry_is_never_guessed(api, posted, filters, more, words):
    waves = list(range(3600, 6000, 5))
    pk = posted(**{"wavelengths": waves, "fluxes": [1e-15] * len(waves)} | more)
    status, answer = api.post(f"spectra/synthphot/{pk}", {"filters": filters})
    assert status == 400
    assert words in answer["message"]
    assert not Photometry.objects.exists()


@pytest.mark.parametrize("units", ["erg/s/cm2/AA", "erg/s/A/cm^2", "erg/s/cm2/A", "erg / (s cm2 Angstrom)", ""])
def test_units_as_people_write_them(api, posted, units):
    waves = list(range(3500, 7500, 5))
    pk = posted(wavelengths=waves, fluxes=[1e-15] * len(waves), units=units)
    status, answer = api.post(f"spectra/synthphot/{pk}", {"filters": ["ztfg"]})
    assert status == 200, answer
    assert Photometry.objects.get().flux == pytest.approx(768, rel=0.02)


def test_many_at_once_to_stack(api, posted, obj, group):
    posted()
    answer = api.post("spectra/bulk", {"obj_ids": [obj.name, "absent"]})[1]["data"]
    assert [s["id"] for s in answer["sources"]] == [obj.name]
    assert [s["obj_id"] for s in answer["spectra"]] == [obj.name]
    assert answer["truncated"] is False
    assert api.post("spectra/bulk", {"group_id": group.pk})[1]["data"]["sources"] == []
    assert api.post("spectra/bulk", {"obj_ids": [obj.name], "classifications": ["Ia"]})[1]["data"]["spectra"] == []
    assert api.post("spectra/bulk", {})[0] == 400
    assert api.post("spectra/bulk", {"obj_ids": [obj.name], "maxSources": 0})[0] == 400


def test_sources_tell_of_their_spectra(api, posted, obj, member, group, viewer_of, api_of):
    from apps.sources.actions.sources import save_source

    save_source(viewer_of(member), obj, [group.pk])

    def names(who, **query):
        return [row["id"] for row in who.get("sources", **query)[1]["data"]["sources"]]

    assert (names(api, hasSpectrum="true"), names(api, hasNoSpectrum="true")) == ([], [obj.name])
    pk = posted(group_ids=None)
    assert (names(api, hasSpectrum="true"), names(api, hasNoSpectrum="true")) == ([obj.name], [])
    assert names(api, hasSpectrumAfter="2020-01-01") == [obj.name]
    assert names(api, hasSpectrumAfter="2020-02-01") == []
    assert names(api, hasSpectrumBefore="2020-01-11", hasSpectrumAfter="2020-01-09") == [obj.name]
    found = api.get(f"sources/{obj.name}", includeSpectrumExists="true", includeSpectra="true")[1]["data"]
    assert (found["spectrum_exists"], [s["id"] for s in found["spectra"]]) == (True, [pk])
    other = api_of(make_user("other", groups_=[group]))
    assert names(other, hasSpectrum="true") == []
    hidden = other.get(f"sources/{obj.name}", includeSpectrumExists="true", includeSpectra="true")[1]["data"]
    assert (hidden["spectrum_exists"], hidden["spectra"]) == (False, [])
    join(member, GroupFactory())
