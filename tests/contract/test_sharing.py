"""`/api/sharing`: who may let whom read what is there."""

import pytest

from apps.sources.models import ObjReader, Photometry, Spectrum
from skyportal.access.models import Audience
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, InstrumentFactory, SpectrumFactory, join, make_user
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    return GroupFactory(name="Elsewhere")


@pytest.fixture
def reader(other):
    return make_user("reader", groups_=[other])


@pytest.fixture
def obj(group):
    return known_obj(group, name="ZTF26share")


@pytest.fixture
def point(obj, member, group, api_of):
    body = {
        "obj_id": obj.name, "instrument_id": InstrumentFactory().pk, "mjd": 58000.0, "filter": "ztfg", "magsys": "ab",
        "flux": 12.24, "fluxerr": 0.031, "zp": 25.0, "group_ids": [group.pk],
    }  # fmt: skip
    status, answer = api_of(member).post("photometry", body)
    assert status == 200, answer
    return answer["data"]["ids"][0]


@pytest.fixture
def spectrum(obj, member, group):
    return SpectrumFactory(obj=obj, owner=member, audience=Audience.objects.of([group.pk]))


def test_an_owner_shares_with_any_group(point, spectrum, obj, member, reader, other, api_of):
    assert api_of(reader).get(f"photometry/{point}")[0] == 400
    body = {"groupIDs": [other.pk], "photometryIDs": [point], "spectrumIDs": [spectrum.pk]}
    status, answer = api_of(member).post("sharing", body)
    assert (status, answer["data"]) == (200, {})
    assert api_of(reader).get(f"photometry/{point}", format="flux")[1]["data"]["obj_id"] == obj.name
    assert api_of(reader).get(f"spectra/{spectrum.pk}")[1]["data"]["obj_id"] == obj.name
    assert ObjReader.objects.filter(obj=obj, kind=0, ref=other.pk).exists()
    kinds = ("PhotometryChanged", "SpectrumChanged")
    assert JournalEntry.objects.filter(kind__in=kinds).count() == 2
    assert api_of(member).post("sharing", body)[0] == 200
    assert JournalEntry.objects.filter(kind__in=kinds).count() == 2, "what is shared already changes nothing"


def test_others_are_refused_and_nothing_changes(point, spectrum, group, other, group_admin, api_of):
    join(group_admin, other)
    for what in ({"photometryIDs": [point]}, {"spectrumIDs": [spectrum.pk]}):
        status, answer = api_of(group_admin).post("sharing", {"groupIDs": [other.pk], **what})
        assert (status, "owner" in answer["message"]) == (400, True)
    assert other.pk not in Photometry.objects.get().audience.group_ids
    assert Spectrum.objects.get().audience.group_ids == [group.pk]


def test_a_group_lets_members_share_its_photometry_with_their_own_groups(
    point, spectrum, group, other, group_admin, member, system_admin, api_of
):
    join(group_admin, other)
    body = {"userID": group_admin.pk, "canSharePhotometry": True}
    assert api_of(system_admin).patch(f"groups/{group.pk}/users", body)[0] == 200
    strange = GroupFactory()
    status, answer = api_of(group_admin).post("sharing", {"groupIDs": [strange.pk], "photometryIDs": [point]})
    assert (status, "not a member of" in answer["message"]) == (400, True)
    status, answer = api_of(group_admin).post("sharing", {"groupIDs": [other.pk], "photometryIDs": [point]})
    assert status == 200, answer
    own = member.groups.get(single_user_group=True).pk
    assert Photometry.objects.get().audience.group_ids == sorted([group.pk, other.pk, own]), "not the sharer's own"
    status, answer = api_of(group_admin).post("sharing", {"groupIDs": [other.pk], "spectrumIDs": [spectrum.pk]})
    assert (status, "owner" in answer["message"]) == (400, True)


def test_system_admins_share_what_others_own(point, other, system_admin, api_of):
    assert api_of(system_admin).post("sharing", {"groupIDs": [other.pk], "photometryIDs": [point]})[0] == 200
    assert other.pk in Photometry.objects.get().audience.group_ids


def test_hidden_and_absent_are_refused_in_the_same_words(point, spectrum, outsider, group, other, api_of):
    for name, hidden in (("photometryIDs", point), ("spectrumIDs", spectrum.pk)):
        said = []
        for pk in (hidden, 999_999):
            status, answer = api_of(outsider).post("sharing", {"groupIDs": [other.pk], name: [pk]})
            said.append((status, answer["message"].replace(str(pk), "N")))
        assert said[0] == said[1]
        assert said[0][0] == 400


def test_all_or_nothing(point, spectrum, member, other, api_of):
    body = {"groupIDs": [other.pk], "photometryIDs": [point], "spectrumIDs": [spectrum.pk, 999_999]}
    assert api_of(member).post("sharing", body)[0] == 400
    assert other.pk not in Photometry.objects.get().audience.group_ids


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"photometryIDs": [1]}, "Missing required parameter: groupIDs"),
        ({"groupIDs": [], "photometryIDs": [1]}, "Missing required parameter: groupIDs"),
        ({"groupIDs": [1]}, "photometryIDs"),
        ({"groupIDs": ["x"], "photometryIDs": [1]}, "Invalid value for groupIDs"),
        ({"groupIDs": [1], "photometryIDs": ["x"]}, "Invalid value for photometryIDs"),
        ({"groupIDs": [2**40], "photometryIDs": [1]}, "groupIDs"),
        ({"groupIDs": [1], "spectrumIDs": [2**40]}, "spectrumIDs"),
        ({"groupIDs": [1], "photometryIDs": [2**70]}, "photometryIDs"),
    ],
)
def test_bodies_that_ask_for_nothing(member, api_of, body, words):
    status, answer = api_of(member).post("sharing", body)
    assert status == 400
    assert words in answer["message"]


def test_it_needs_upload_data(point, member, other, api_of):
    body = {"groupIDs": [other.pk], "photometryIDs": [point]}
    assert api_of(member, acls=["Comment"]).post("sharing", body)[0] == 401
