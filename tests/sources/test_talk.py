"""Comments as one writes them: preview, mentions, what is attached; and undoing."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from apps.sources.actions import classifications, comments, taxonomies
from apps.sources.models import Classification, Comment, Taxonomy
from skyportal.access.errors import Invalid, NotVisible
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, make_user
from tests.sources.remarks import TREE, known_obj

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def viewer(member, viewer_of):
    return viewer_of(member)


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


def test_a_mention_is_written_down_for_whoever_tells_people(obj, viewer, group, member):
    ada = make_user("Ada.L")
    team = GroupFactory(name="Bright Transient Survey")
    hidden = GroupFactory(name="Hidden", private=True)
    text = "@ada.l and @bright-transient-survey, @hidden, @nobody, me@example.org `@member`"
    comment, _ = comments.post_comment(viewer, obj.name, text)
    entry = JournalEntry.objects.get(kind="CommentPosted").payload
    assert (entry["mentioned_user_ids"], entry["mentioned_group_ids"]) == ([ada.pk], [team.pk])
    assert hidden.pk not in entry["mentioned_group_ids"]
    comments.edit_comment(viewer, comment, words="@ada.l and @member")
    entry = JournalEntry.objects.get(kind="CommentChanged").payload
    assert entry["mentioned_user_ids"] == [member.pk], "who was told is not told again"


def test_names_are_completed(page, group):
    make_user("vera", first_name="Vera", last_name="Rubin")
    GroupFactory(name="Rubin Alerts")
    found = {row["value"] for row in page.get("/comments/mentions?q=rub").json()["results"]}
    assert found == {"vera", "Rubin-Alerts"}
    assert page.get("/comments/mentions?q=%00").status_code == 400


def test_a_preview_is_what_will_be_shown(page):
    text = page.post("/comments/preview", {"text": "**so** <script>alert(1)</script>"}).content.decode()
    assert "<strong>so</strong>" in text
    assert "<script" not in text


def fits_file(shape=(40, 60), *, zipped=False):
    out = io.BytesIO()
    data = np.arange(np.prod(shape), dtype="f4").reshape(shape)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(data, name="SCI")]).writeto(out)
    return gzip.compress(out.getvalue()) if zipped else out.getvalue()


def attached(viewer, obj, name, body):
    from apps.sources.actions.attachments import Attachment

    comment, _ = comments.post_comment(viewer, obj.name, name, attachment=Attachment(name, body))
    return f"/source/{obj.name}/comments/{comment}/attachment"


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.pdf", b"%PDF-1.4 x", "<iframe"),
        ("a.pdf", b"<html>", "not a PDF"),
        ("a.csv", b"mjd;mag\n1;2\n<b>;4\n", "<td>&lt;b&gt;</td>"),
        ("a.csv", b"", "empty"),
        ("a.txt", b"<script>x</script>", "&lt;script&gt;"),
        ("a.txt", b"\x00\x01", "not text"),
        ("a.fits", fits_file(), "60 × 40 px"),
        ("a.fits.gz", fits_file(zipped=True), "60 × 40 px"),
        ("a.fits", b"SIMPLE  =", "cannot be read"),
        ("a.fits", b"", "cannot be read"),
        ("a.fits.gz", gzip.compress(bytes(300 * 2**20)), "unzip to more than"),
    ],
)
def test_what_is_attached_is_shown_inside_the_page_or_why_not(page, viewer, obj, name, body, words):
    text = page.get(attached(viewer, obj, name, body)).content.decode()
    assert words in text
    assert "<script" not in text


def test_a_fits_image_is_drawn_with_a_stretch(page, viewer, obj, client, outsider):
    address = attached(viewer, obj, "a.fits", fits_file((2000, 1000)))
    pictures = {}
    for stretch in ("zscale", "linear", "sqrt", "log", "asinh"):
        answer = page.get(f"{address}.png?stretch={stretch}")
        assert answer["Content-Type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.size == (333, 666), "binned to what a page shows"
            pixels = np.asarray(picture)
        pictures[stretch] = pixels.mean()
        assert pixels[0, 0] > pixels[-1, 0], "row 0 is at the bottom"
    assert pictures["linear"] < pictures["sqrt"] < pictures["log"]
    client.force_login(outsider)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}.png").status_code == 404


def test_a_pdf_may_be_framed_by_us_and_by_nobody_else(page, viewer, obj):
    address = attached(viewer, obj, "a.pdf", b"%PDF-1.4 x").replace("/source/", "/api/sources/")
    answer = page.get(f"{address}?preview=true")
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def undo_of(answer):
    import json

    return json.loads(answer["HX-Trigger"])["toast"]["undo_url"]


def test_what_was_deleted_or_changed_is_put_back_once_by_who_did_it(page, obj, viewer, group, client, member):
    comment, _ = comments.post_comment(viewer, obj.name, "first words", group_ids=[group.pk])
    before = Comment.objects.values().get()
    page.post(f"/source/{obj.name}/comments/{comment}", {"text": "other words"}, **HTMX)
    undo = undo_of(page.post(f"/source/{obj.name}/comments/{comment}/delete", **HTMX))
    assert not Comment.objects.exists()
    client.force_login(make_user("else", groups_=[group]))
    assert client.post(undo, **HTMX).status_code == 404
    client.force_login(member)
    assert client.post(undo, **HTMX).status_code == 204
    assert Comment.objects.get().text == "other words"
    assert client.post(undo, **HTMX).status_code == 404
    answer = page.post(f"/source/{obj.name}/comments/{comment}", {"text": "third"}, **HTMX)
    assert client.post(undo_of(answer), **HTMX).status_code == 204
    after = Comment.objects.values().get()
    same = {"id", "audience_id", "author_id", "created_at", "obj_id"}
    assert {k: after[k] for k in same} == {k: before[k] for k in same}
    assert after["text"] == "other words"


def test_a_classification_comes_back_with_its_votes_and_history(page, obj, viewer):
    tree = taxonomies.ensure_default_taxonomy()
    (row,) = classifications.classify(
        viewer, [{"obj_id": obj.name, "taxonomy_id": tree, "classification": "Ia", "vote": True}]
    )
    page.post(f"/source/{obj.name}/classifications/{row}", {"class": f"{tree}:IIP", "probability": "0.5"}, **HTMX)
    text = page.get(f"/source/{obj.name}/classifications").content.decode()
    assert "Changed 1 time" in text
    undo = undo_of(page.post(f"/source/{obj.name}/classifications/{row}/delete", **HTMX))
    assert page.post(undo, **HTMX).status_code == 204
    back = Classification.objects.get()
    assert (back.pk, back.classification, back.history[0]["classification"], back.votes.count()) == (
        row,
        "IIP",
        "Ia",
        1,
    )


# ---- taxonomies by page


def test_classes_and_versions_are_made_in_the_browser(client, group_admin, viewer_of):
    client.force_login(group_admin)
    tree = taxonomies.ensure_default_taxonomy()
    address = f"/taxonomies/{tree}"
    answer = client.post(f"{address}/classes", {"class": "Ia-24xyz", "below": "Ia", "also": "SN Ia-24xyz"}, **HTMX)
    assert "Ia-24xyz" in answer.content.decode()
    assert taxonomies.ensure_default_taxonomy() == tree, "the next start makes no other one"
    assert Taxonomy.objects.get().version.endswith("+1")
    for body in (
        {"class": "Ia-24xyz", "below": "Ia"},
        {"class": "x", "below": "Unicorn"},
        {"class": "", "below": "Ia"},
    ):
        assert 'role="alert"' in client.post(f"{address}/classes", body, **HTMX).content.decode()
    viewer = viewer_of(group_admin)
    with pytest.raises(Invalid, match="below Ia"):
        taxonomies.remove_class(viewer, tree, "Ia")
    client.post(undo_of(answer), **HTMX)
    assert "Ia-24xyz" not in client.get(address).content.decode()
    text = "class: Mine\nsubclasses: [{class: Odd}]"
    answer = client.post("/taxonomies", {"name": "mine", "version": "1", "hierarchy_file": text}, follow=True)
    assert "Odd" in answer.content.decode()
    answer = client.post("/taxonomies", {"name": "mine", "version": "2", "hierarchy_file": "a: [b"})
    assert "a: [b" in answer.content.decode(), "what was typed is not lost"
    assert "does not validate" in answer.content.decode()


def test_who_may_not_is_not_asked(page, viewer, outsider, viewer_of, group):
    tree = taxonomies.ensure_default_taxonomy()
    assert "Add a class" not in page.get(f"/taxonomies/{tree}").content.decode()
    assert page.post(f"/taxonomies/{tree}/classes", {"class": "x", "below": "Ia"}, **HTMX).status_code == 403
    poster = make_user("poster", role="Group admin", groups_=[group])
    body = {"name": "ours", "version": "1", "hierarchy": TREE, "group_ids": [group.pk]}
    hidden = taxonomies.post_taxonomy(viewer_of(poster), body)
    page.force_login(outsider)
    assert page.get(f"/taxonomies/{hidden}").status_code == 404
    with pytest.raises(NotVisible):
        taxonomies.add_class(viewer_of(make_user("nosy", role="Group admin")), hidden, "x", "Ia")
