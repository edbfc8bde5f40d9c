"""The spectra of a source as people meet them: the panel, one in the drawer, the upload page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.sources.actions.spectra import add_spectrum
from apps.sources.models import Photometry, Spectrum, SpectrumComment
from tests.factories import GroupFactory, InstrumentFactory, join, make_user

HTMX = {"HX-Request": "true"}
WAVES = np.arange(3600.0, 9000.0, 4.0)


@pytest.fixture
def spectrum(obj, group, member, viewer_of):
    """Keep a spectrum; its id."""

    def keep(**more):
        camera = more.pop("instrument", None) or InstrumentFactory(type="spectrograph")
        flux = 1e-16 * (1 + 0.5 * np.exp(-0.5 * ((WAVES - 6700) / 60) ** 2))
        body = {
            "obj_id": obj.name, "instrument_id": camera.pk, "observed_at": "2026-11-20T03:12:00", "wavelengths": WAVES,
            "fluxes": flux, "errors": flux / 20, "group_ids": [group.pk], "altdata": {"EXPTIME": 1800},
        }  # fmt: skip
        return add_spectrum(viewer_of(member), body | more)

    return keep


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


def test_an_empty_panel_says_how_to_get_the_first(page, obj):
    answer = page.get(f"/source/{obj.name}/spectra").content.decode()
    assert "No spectra yet" in answer
    assert f"/source/{obj.name}/spectra/upload" in answer


@pytest.mark.parametrize(
    ("path", "most"),
    [("spectra", 6), ("spectra?part=list", 6), ("spectra/plot?mode=stacked&smooth=20", 6), ("spectra/figure.json", 6)],
)
def test_a_panel_takes_few_queries_however_many_spectra(page, obj, spectrum, path, most, django_assert_max_num_queries):
    for n in range(5):
        spectrum(observed_at=f"2026-11-{n + 10}")
    with django_assert_max_num_queries(most):
        assert page.get(f"/source/{obj.name}/{path}").status_code == 200


def test_who_may_not_read_a_spectrum_finds_it_nowhere(client, page, obj, spectrum, group):
    pk = spectrum(group_ids=None, label="mine alone")
    assert b"mine alone" in page.get(f"/source/{obj.name}/spectra").content
    client.force_login(make_user("other", groups_=[group]))
    assert b"No spectra yet" in client.get(f"/source/{obj.name}/spectra").content
    assert client.get(f"/source/{obj.name}/spectra/figure.json").status_code == 404
    for end in ("", "/file", ".ecsv"):
        assert client.get(f"/source/{obj.name}/spectra/{pk}{end}").status_code == 404
    for end in ("comments", "synthphot", "change", "reminders", "delete"):
        assert client.post(f"/source/{obj.name}/spectra/{pk}/{end}", {"text": "x"}).status_code == 404
    assert Spectrum.objects.count() == 1


def columns_of(page, obj, **asked):
    """By name of a source of the figure, its columns: a row a spectrum."""
    figure = json.loads(page.get(f"/source/{obj.name}/spectra/figure.json", asked).content)
    [plot] = figure["doc"]["roots"]
    sources = [part["attributes"].get("data_source") for part in plot["attributes"]["renderers"]]
    written = [source["attributes"] for source in sources if source and "attributes" in source]
    return {source["name"]: dict(source["data"]["entries"]) for source in written if "name" in source}


def lines_of(page, obj, **asked):
    rows = columns_of(page, obj, **asked)["sources"]
    return {pk: [low, high] for pk, low, high in zip(rows["id"], rows["low"], rows["high"], strict=True)}


def test_the_figure_holds_a_line_for_each_and_its_own_range(page, obj, spectrum):
    first = spectrum(observed_at="2026-11-01")
    spiked = np.ones(len(WAVES))
    spiked[700] = 1e6
    second = spectrum(fluxes=spiked, errors=None)
    ranges = lines_of(page, obj, asked=1)
    assert ranges.keys() == {first, second}
    low, high = ranges[second]
    assert 0.5 < low <= 1 <= high < 2
    stacked = lines_of(page, obj, mode="stacked")
    assert stacked == {first: [1.0, 2.0], second: [0.0, 1.0]}  # the oldest on top


def test_hosts_are_apart_and_errors_are_shaded_arm_by_arm(page, obj, spectrum):
    host = spectrum(type="host", errors=None)
    gap = [wave + 2000 * (n > 800) for n, wave in enumerate(WAVES)]
    arms = spectrum(wavelengths=gap)
    columns = columns_of(page, obj)
    assert (columns["hosts"]["id"], columns["sources"]["id"]) == ([host], [arms])
    assert columns["errors"]["id"] == [arms, arms]
    assert columns_of(page, obj, mode="stacked")["errors"]["id"] == []


def test_one_spectrum_with_all_that_is_known_of_it(page, obj, spectrum, member):
    pk = spectrum(observed_by=[member.pk], external_observer="E. Hubble", label="max")
    answer = page.get(f"/source/{obj.name}/spectra/{pk}", headers=HTMX).content.decode()
    for words in ("2026-11-20 03:12:00", "1800", "E. Hubble", "member", "EXPTIME", "max", "unit not given"):
        assert words in answer, words
    assert re.search(r"E\. Hubble<span[^>]*>; contact </span>", answer)  # who can be asked about it observed nothing
    assert "<html" not in answer
    assert "<html" in page.get(f"/source/{obj.name}/spectra/{pk}").content.decode()


def test_measuring_and_deleting(page, obj, spectrum):
    pk = spectrum()
    address = f"/source/{obj.name}/spectra/{pk}"
    answer = page.post(f"{address}/synthphot", {"filters": ["sdssr", "2massj"]}, headers=HTMX).content.decode()
    assert "outside spectral range" in answer
    assert 'value="sdssr" selected' in answer  # what was chosen is not lost
    assert not Photometry.objects.exists()
    page.post(f"{address}/synthphot", {"filters": ["sdssr"]}, headers=HTMX)
    assert Photometry.objects.get().altdata == {"spectrum_id": pk}
    assert page.post(f"{address}/delete", headers=HTMX).status_code == 200
    assert not Spectrum.objects.exists()


def test_it_is_talked_about_as_a_source_is(page, client, obj, spectrum, group):
    pk = spectrum()
    address = f"/source/{obj.name}/spectra/{pk}"
    table = SimpleUploadedFile("lines.csv", b"line,width\nHa,12\n")
    answer = page.post(f"{address}/comments", {"text": "Clear **Hα**", "attachment": table}, headers=HTMX)
    assert "<strong>Hα</strong>" in answer.content.decode()
    said = SpectrumComment.objects.get()
    assert said.spectrum_id == pk
    assert "<td>12</td>" in page.get(f"{address}/comments/{said.pk}/attachment", headers=HTMX).content.decode()
    drawer = page.get(address, headers=HTMX).content.decode()
    assert f'id="spectrum-comment-{said.pk}"' in drawer
    assert 'id="comments"' not in drawer, "that is the source's own, on the same page"
    changed = page.post(f"{address}/comments/{said.pk}", {"text": "Faint"}, headers=HTMX)
    assert "Faint" in changed.content.decode()
    gone = page.post(f"{address}/comments/{said.pk}/delete", headers=HTMX)
    assert not SpectrumComment.objects.exists()
    undo = json.loads(gone["HX-Trigger"])["toast"]["undo_url"]
    assert page.post(undo, headers=HTMX).status_code == 204
    assert SpectrumComment.objects.get().text == "Faint"
    client.force_login(make_user("other", groups_=[group]))
    assert client.post(f"{address}/comments/{said.pk}/delete", headers=HTMX).status_code == 403


def test_what_is_said_of_it_is_changed_by_who_uploaded_it(page, client, obj, spectrum, group, member):
    pk = spectrum(label="max")
    address = f"/source/{obj.name}/spectra/{pk}"
    camera = InstrumentFactory(type="spectrograph")
    second = GroupFactory(name="Second")
    join(member, second)
    said = {
        "observed_at": "2026-11-21T01:02:03", "instrument_id": camera.pk, "type": "host", "label": "core",
        "units": "Jy", "observers": "member, E. Hubble", "group_ids": [second.pk],
    }  # fmt: skip
    answer = page.post(f"{address}/change", said | {"observed_at": "soon"}, headers=HTMX).content.decode()
    assert "Not a valid datetime" in answer
    assert 'value="core"' in answer, "what was typed is not lost"
    assert "E. Hubble" in page.post(f"{address}/change", said, headers=HTMX).content.decode()
    kept = Spectrum.objects.get(pk=pk)
    assert kept.observed_at == datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
    assert (kept.instrument, kept.type, kept.label, kept.units) == (camera, "host", "core", "Jy")
    assert (kept.external_observer, kept.people.get().user) == ("E. Hubble", member)
    assert {group.pk, second.pk} <= set(kept.audience.group_ids)
    client.force_login(make_user("other", groups_=[group]))
    assert client.post(f"{address}/change", said, headers=HTMX).status_code == 403
    assert "Change what is said" not in client.get(address, headers=HTMX).content.decode()


def test_what_is_downloaded_can_be_uploaded_again(page, obj, spectrum):
    pk = spectrum()
    kept = Spectrum.objects.get(pk=pk)
    file = page.get(f"/source/{obj.name}/spectra/{pk}.ecsv")
    assert "attachment" in file["Content-Disposition"]
    answer = upload(page, obj, file.content, observed_at="", instrument_id=kept.instrument_id)
    assert answer.status_code == 302, answer.content.decode()
    again = Spectrum.objects.exclude(pk=pk).get()
    for name in ("wavelengths", "fluxes", "errors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(kept, name))
    assert again.observed_at == kept.observed_at
    assert page.get(f"/source/{obj.name}/spectra/{again.pk}/file").content == file.content


# --- the upload page -------------------------------------------------------------------------------------------------

FILE = (
    b"# DATE-OBS: 2026-11-19T04:00:00\n# INSTRUME: LRIS+LRISBLUE\n# OBSERVER: Andreoni, member\n# wl fl err\n"
    b"# [A] [erg/s/cm2/A]\n4000 1e-16 1e-17\n4001 2e-16 1e-17\n4002 nan 1e-17\n"
)


def upload(page, obj, content=FILE, *, check=False, **fields):
    body = {"file": SimpleUploadedFile("night.dat", content), **fields}
    return page.post(
        f"/source/{obj.name}/spectra/upload{'/check' if check else ''}", body, headers=HTMX if check else {}
    )


@pytest.fixture
def lris(db):
    return InstrumentFactory(name="LRIS", type="spectrograph")


def test_checking_a_file_shows_its_columns_and_fills_in_its_header(page, obj, lris):
    answer = upload(page, obj, check=True).content.decode()
    assert 'value="2026-11-19T04:00:00"' in answer
    assert re.search(rf'value="{lris.pk}"\s+selected', answer)
    assert 'value="Andreoni, member"' in answer
    assert 'value="erg/s/cm2/A"' in answer
    assert "1 point without a flux" in answer
    assert "<svg" in answer
    assert not Spectrum.objects.exists()


def test_a_checked_file_is_kept_with_its_people_and_its_groups(page, obj, lris, member, group):
    answer = upload(page, obj, label="first light", group_ids=[group.pk], type="source")
    assert answer.status_code == 302, answer.content.decode()
    kept = Spectrum.objects.get()
    assert kept.wavelengths.tolist() == [4000, 4001, 4002]
    assert kept.errors.tolist() == [1e-17] * 3
    assert (kept.instrument, kept.label, kept.units) == (lris, "first light", "erg/s/cm2/A")
    assert kept.observed_at == datetime(2026, 11, 19, 4, tzinfo=UTC)
    assert (kept.external_observer, kept.people.get().user) == ("Andreoni", member)
    assert group.pk in kept.audience.group_ids
    assert kept.original_file_filename == "night.dat"


def test_what_the_header_leaves_out_is_taken_from_the_name_of_the_file(page, obj, lris):
    text = b"\n".join(b"%d %d" % (wave, wave) for wave in range(4000, 4100))
    check = f"/source/{obj.name}/spectra/upload/check"

    def read(name, head=b""):
        return page.post(check, {"file": SimpleUploadedFile(name, head + text)}).context

    seen = read(f"ZTF20abwdwoa_20200917_{lris.telescope.nickname}_v1.ascii")
    assert (seen["fields"]["observed_at"], seen["fields"]["instrument_id"]) == ("2020-09-17", str(lris.pk))
    assert seen["notes"] == {"observed_at": "By the file's name, the day only.", "instrument_id": "By the file's name."}
    seen = read(f"tns_2020-02-13_22-13-03_{lris.name}.txt", b"# DATE-OBS = 2021-09-18T14:48:08\n# INSTRUME = SNIFS\n")
    assert seen["fields"]["observed_at"] == "2021-09-18T14:48:08", "the header goes before the name"
    assert (seen["fields"]["instrument_id"], list(seen["notes"])) == ("", ["instrument_id"])
    assert "names SNIFS, which this site does not have" in seen["notes"]["instrument_id"]


def test_a_bad_file_is_refused_by_line_and_nothing_typed_is_lost(page, obj, lris):
    typed = {"label": "my label", "observed_at": "2026-01-01", "instrument_id": lris.pk, "pasted": "4000 1\n4001 x\n"}
    for end in ("", "/check"):
        answer = page.post(f"/source/{obj.name}/spectra/upload{end}", typed, headers=HTMX).content.decode()
        assert "Line 2: column 2 is &#x27;x&#x27;, which is not a number" in answer
        assert 'value="my label"' in answer
        assert 'value="2026-01-01"' in answer
    assert not Spectrum.objects.exists()


def test_the_header_of_another_file_replaces_what_the_first_one_said(page, obj, lris):
    filled = {"observed_at": "2020-01-01T00:00:00", "filled_observed_at": "2020-01-01T00:00:00", "label": "typed"}
    answer = upload(page, obj, check=True, **filled).content.decode()
    assert 'name="observed_at"\n                   value="2026-11-19T04:00:00"' in answer
    assert 'value="typed"' in answer
    said = upload(page, obj, check=True, **filled | {"filled_observed_at": ""}).content.decode()
    assert 'name="observed_at"\n                   value="2020-01-01T00:00:00"' in said


@pytest.mark.parametrize(
    ("content", "fields", "words"),
    [
        (b"4000 1\n4001 2\n", {"instrument_id": "lris"}, "Say when it was observed"),
        (b"4000 1\n4001 2\n", {"observed_at": "2026-01-01"}, "Choose the instrument"),
        (FILE, {"observed_at": "yesterday evening"}, "Not a valid datetime"),
        (b"", {}, "Choose a file, or paste the text of one"),
    ],
)
def test_what_is_missing_is_said(page, obj, lris, content, fields, words):
    fields = {key: lris.pk if value == "lris" else value for key, value in fields.items()}
    body = fields | ({"pasted": content.decode()} if content else {})
    answer = page.post(f"/source/{obj.name}/spectra/upload", body).content.decode()
    assert words in answer
    assert not Spectrum.objects.exists()


def test_columns_and_units_are_corrected_by_the_person(page, obj, lris):
    content = b"1 500 4\n2 501 9\n"
    checked = upload(page, obj, content, check=True).content.decode()
    digest = checked.split('name="digest" value="')[1].split('"')[0]
    chosen = {"wave": "1", "flux": "0", "error": "2", "error_kind": "variance", "wave_unit": "nm", "digest": digest}
    answer = upload(page, obj, content, observed_at="2026-01-01", instrument_id=lris.pk, **chosen)
    assert answer.status_code == 302, answer.content.decode()
    kept = Spectrum.objects.get()
    assert (kept.wavelengths.tolist(), kept.fluxes.tolist(), kept.errors.tolist()) == ([5000, 5010], [1, 2], [2, 3])


def test_who_may_not_upload_is_told_so(client, obj, group):
    client.force_login(make_user("looker", role="View only", groups_=[group]))
    answer = client.get(f"/source/{obj.name}/spectra/upload")
    assert answer.status_code == 403
    assert "Upload data" in answer.content.decode()
