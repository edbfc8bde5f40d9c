"""Uploading photometry by page: what is said once for all rows, and what is asked once of many."""

import io

import pytest
from astropy.io import fits

from apps.sources.actions.objs import make_known
from apps.sources.models import Photometry
from tests.factories import GroupFactory, InstrumentFactory, ObjFactory, join

pytestmark = pytest.mark.django_db

ROWS = [f"{60000 + n},{band},18.{n:02},0.05" for n, band in enumerate("gr" * 8)]
TABLE = "\n".join(["mjd,band,mag,magerr", *ROWS])


def test_a_table_that_names_no_source_is_given_one_and_its_points_go_to_several_groups(client, member, group):
    obj, other = ObjFactory(name="ZTF26one"), GroupFactory()
    make_known([obj.pk], group_ids=[group.pk])
    join(member, other)
    camera = InstrumentFactory(filters=["sdssg", "sdssr"])
    client.force_login(member)
    asked = {"pasted": TABLE, "instrument_id": camera.pk}
    answer = client.post("/photometry/upload", asked)
    assert "Name the source above" in answer.context["lacking"]
    answer = client.post("/photometry/upload", asked | {"obj_id": "ZTF26nothing"})
    assert {f.kind for f in answer.context["draft"].findings} == {"unknown source"}
    said = {"obj_id": obj.name, "group_ids": [group.pk, other.pk], "step": "write"}
    answer = client.post("/photometry/upload", asked | said)
    assert answer.context["count"] == len(ROWS), answer.context.get("problem")
    assert set(Photometry.objects.values_list("obj__name", flat=True)) == {obj.name}
    readers = set(Photometry.objects.first().audience.members.values_list("kind", "ref"))
    assert {pk for _, pk in readers} >= {group.pk, other.pk}


def test_what_is_wrong_with_many_rows_is_said_once(client, member, obj):
    camera = InstrumentFactory(filters=["atlasc", "atlaso"])
    client.force_login(member)
    address = f"/source/{obj.name}/photometry/upload"
    asked = {"pasted": TABLE, "instrument_id": camera.pk}
    answer = client.post(address, asked)
    assert [(finding.kind, count, len(rows)) for finding, count, rows, _ in answer.context["alike"]] == [
        ("unknown band", 8, 8), ("unknown band", 8, 8),
    ]  # fmt: skip
    assert (answer.context["mending"], answer.context["draft"].errors, answer.context["more"]) == ([], 16, 0)
    answer = client.post(address, asked | {"band_word": ["g", "r"], "band_is": ["atlasc", "atlaso"]})
    assert (answer.context["alike"], answer.context["good"]) == ([], 16)
    # the instrument is another: what was said for the first one's bands is not held against it
    sloan = InstrumentFactory(filters=["sdssg", "sdssr", "bessellr"])
    more = {"instrument_id": sloan.pk, "band_word": ["g", "r"], "band_is": ["atlasc", "atlaso"]}
    assert client.post(address, asked | more).context["bands"] == [("g", "sdssg", sloan.pk), ("r", "sdssr", sloan.pk)]
    # all rows of which the same is said are left out at once, whether they are shown or not
    kept = client.post(address, asked).context
    answer = client.post(address, {"table": kept["kept"], "instrument_id": camera.pk, "leave": kept["alike"][0][3]})
    assert (len(answer.context["draft"].table.rows), len(answer.context["alike"])) == (8, 1)


def test_bands_of_two_cameras_in_one_table_are_each_its_own(client, member, obj):
    palomar = InstrumentFactory(name="ZTF", filters=["ztfg", "ztfr"])
    blanco = InstrumentFactory(name="DECam", filters=["desg", "desr"])
    client.force_login(member)
    address = f"/source/{obj.name}/photometry/upload"
    rows = [
        f"{60000 + n},{band},18.{n:02},0.05,{'DECam' if n % 2 else 'ztf'}" for n, band in enumerate(["g", "g", "zg"])
    ]
    table = "\n".join(["mjd,band,mag,magerr,instrument", *rows])
    asked = {"pasted": table}
    context = client.post(address, asked).context
    assert set(context["bands"]) == {("g", "desg", blanco.pk), ("g", "ztfg", palomar.pk), ("zg", "ztfg", palomar.pk)}
    assert context["draft"].body.data["filter"] == ["ztfg", "desg", "ztfg"]
    # one of them is another than was guessed
    said = {"band_of": [blanco.pk], "band_word": ["g"], "band_is": ["desr"]}
    assert client.post(address, asked | said).context["draft"].body.data["filter"] == ["ztfg", "desr", "ztfg"]


def test_a_zero_point_that_is_none_is_told(client, member, obj):
    client.force_login(member)
    asked = {
        "pasted": "mjd,filter,flux,fluxerr\n60000,ztfg,10,1",
        "instrument_id": InstrumentFactory(filters=["ztfg"]).pk,
    }
    answer = client.post(f"/source/{obj.name}/photometry/upload", asked | {"zp": "abc"})
    assert "Zero-point: &#x27;abc&#x27; is not a number" in answer.content.decode()


def test_a_table_that_has_grown_is_written_without_what_is_there_already(client, member, obj):
    client.force_login(member)
    address = f"/source/{obj.name}/photometry/upload"
    nights = [f"{60000 + n}.5,ztfg,18.{n:03},0.05" for n in range(250)]
    asked = {"instrument_id": InstrumentFactory(filters=["ztfg"]).pk, "group_ids": ""}
    first = "\n".join(["mjd,band,mag,magerr", *nights[:240]])
    assert client.post(address, asked | {"pasted": first, "step": "write"}).context["count"] == 240
    answer = client.post(address, asked | {"pasted": "\n".join(["mjd,band,mag,magerr", *nights])})
    context = answer.context
    assert (context["left_out_count"], len(context["left_out"]), context["good"]) == (240, 100, 10)
    sent = asked | {"table": context["kept"], "leave": [*(str(row["row"]) for row in context["left_out"])]}
    sent["leave"].append(context["left_out_unseen"])
    answer = client.post(address, sent)
    assert (answer.context["left_out_count"], answer.context["good"]) == (0, 10)


def snana(*, head: bool) -> bytes:
    """Two supernovae as SNANA writes them, each closed by a row of MJD −777, with the list of them or without."""
    mjd = [60000.5, 60001.5, 60002.5, -777.0, 60100.5, 60101.5, -777.0]
    columns = [
        fits.Column("MJD", "D", array=mjd), fits.Column("FLT", "2A", array=list("grg-gr-")),
        fits.Column("FLUXCAL", "E", array=[100 + n for n in range(7)]),
        fits.Column("FLUXCALERR", "E", array=[5.0] * 7),
    ]  # fmt: skip
    hdus = [fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="Photometry")]
    if head:
        said = [fits.Column("SNID", "8A", array=["SN 1", "SN 2"]), fits.Column("PTROBS_MIN", "J", array=[1, 5])]
        hdus.insert(1, fits.BinTableHDU.from_columns(said, name="Header"))
    file = io.BytesIO()
    fits.HDUList(hdus).writeto(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("head", "names"),
    [(True, ["SN 1", "SN 2"]), (False, ["number 1 (MJD 60000.5 to 60002.5)", "number 2 (MJD 60100.5 to 60101.5)"])],
)
def test_of_two_supernovae_in_one_file_only_the_chosen_one_goes_into_a_source(client, member, obj, head, names):
    camera = InstrumentFactory(filters=["sdssg", "sdssr"])
    client.force_login(member)
    address = f"/source/{obj.name}/photometry/upload"
    context = client.post(address, {"file": io.BytesIO(snana(head=head))}).context
    assert context["draft"] is None
    assert context["several"] == list(zip(names, (3, 2), strict=True))
    assert all(name in context["problem"] for name in names)
    asked = {"table": context["kept"], "instrument_id": camera.pk, "step": "write"}
    assert client.post(address, asked).context["several"], "not before one is chosen"
    assert client.post(address, asked | {"only": "SN 3"}).context["several"]
    assert client.post(address, asked | {"only": names[1]}).context["count"] == 2
    assert sorted(Photometry.objects.values_list("mjd", flat=True)) == [60100.5, 60101.5]


def test_names_in_a_table_may_all_be_those_of_one_source(client, member, obj):
    InstrumentFactory(filters=["ztfg"])
    client.force_login(member)
    address = f"/source/{obj.name}/photometry/upload"
    table = "name,mjd,filter,mag,magerr\nSN A,60000,ztfg,18,0.1\nAT A,60001,ztfg,18,0.1\n"
    context = client.post(address, {"pasted": table}).context
    assert [name for name, _ in context["several"]] == ["AT A", "SN A"]
    context = client.post(address, {"table": context["kept"], "only": "*"}).context
    assert context["good"] == 2
    context = client.post(address, {"table": context["kept"], "only": context["only"], "step": "write"}).context
    assert context["count"] == 2
