"""Fragments of the source page: comments, annotations, classifications."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.sources.actions import annotations, classifications, comments
from apps.sources.actions.taxonomies import ensure_default_taxonomy
from apps.sources.models import Classification, ClassificationVote, Comment
from tests.factories import make_user
from tests.sources.remarks import known_obj, png

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


def text_of(answer):
    return answer.content.decode()


KINDS = ("comments", "annotations", "classifications")


@pytest.mark.parametrize("kind", KINDS)
def test_a_fragment_watches_its_source_and_knows_where_it_comes_from(page, obj, kind):
    text = " ".join(text_of(page.get(f"/source/{obj.name}/{kind}")).split())
    assert text.startswith(f'<div id="{kind}" data-watch="source:{obj.name}" data-from="/source/{obj.name}/')


@pytest.mark.parametrize("kind", KINDS)
def test_asked_by_its_own_root_a_fragment_is_its_inside(page, obj, kind):
    text = text_of(page.get(f"/source/{obj.name}/{kind}", HTTP_HX_TARGET=kind, **HTMX))
    assert f'id="{kind}"' not in text
    assert "card-header" in text


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_see_the_source_finds_nothing(client, obj, outsider, kind):
    assert client.get(f"/source/{obj.name}/{kind}").status_code == 302
    client.force_login(outsider)
    assert client.get(f"/source/{obj.name}/{kind}").status_code == 404
    assert client.post(f"/source/{obj.name}/comments", {"text": "x"}).status_code == 404
    assert not Comment.objects.exists()


def test_a_comment_is_posted_with_a_file_and_shown(page, obj, member, group):
    file = SimpleUploadedFile("../../host <b>.png", png(), "image/png")
    body = {"text": "The **host**, @ada", "group_ids": [group.pk], "attachment": file}
    text = text_of(page.post(f"/source/{obj.name}/comments", body, HTTP_HX_TARGET="comments", **HTMX))
    assert "<strong>host</strong>" in text
    assert '<span class="mention">@ada</span>' in text
    comment = Comment.objects.get()
    assert (comment.attachment_name, comment.bot) == ("host b.png", False)
    assert f"/api/sources/{obj.name}/comments/{comment.pk}/attachment?preview=true" in text
    answer = page.get(f"/api/sources/{obj.name}/comments/{comment.pk}/attachment?preview=true")
    assert (answer["Content-Type"], answer.content) == ("image/png", png())
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xml", "a.js", "a", "a.png.html"])
def test_what_could_act_in_our_name_is_only_ever_saved(page, obj, name):
    file = SimpleUploadedFile(name, b"<script>alert(1)</script>", "text/html")
    page.post(f"/source/{obj.name}/comments", {"text": "x", "attachment": file}, **HTMX)
    answer = page.get(f"/api/sources/{obj.name}/comments/{Comment.objects.get().pk}/attachment?preview=true")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_was_typed_is_not_lost_when_it_is_refused(page, obj):
    body = {"text": "keep these words", "group_ids": ["99999"]}
    answer = page.post(f"/source/{obj.name}/comments", body, HTTP_HX_TARGET="comments", **HTMX)
    assert answer.status_code == 200
    assert "keep these words" in text_of(answer)
    assert 'role="alert"' in text_of(answer)
    assert "hx-preserve" not in text_of(answer)
    assert not Comment.objects.exists()


def test_refreshing_leaves_the_form_alone_and_posting_empties_it(page, obj):
    assert "hx-preserve" in text_of(page.get(f"/source/{obj.name}/comments"))
    assert "hx-preserve" not in text_of(page.post(f"/source/{obj.name}/comments", {"text": "x"}, **HTMX))


def test_one_edits_and_deletes_ones_own_only(page, obj, viewer, group, client):
    comment, _ = comments.post_comment(viewer, obj.name, "mine")
    address = f"/source/{obj.name}/comments/{comment}"
    assert "data-editing" in text_of(page.get(address, **HTMX))
    page.post(address, {"text": "changed"}, **HTMX)
    assert Comment.objects.get().text == "changed"
    answer = page.post(address, {"text": " "}, **HTMX)
    assert answer["HX-Retarget"] == f"#comment-{comment}"
    client.force_login(make_user("other", groups_=[group]))
    assert f"/comments/{comment}/delete" not in text_of(client.get(f"/source/{obj.name}/comments"))
    assert client.get(address, **HTMX).status_code == 403
    assert client.post(f"{address}/delete", **HTMX).status_code == 403
    assert Comment.objects.get().text == "changed"


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        '[x](http://a "onmouseover=alert(1))',
        "<a href='javascript:alert(1)'>x</a>",
        '</div></li></ul><iframe src="//evil">',
        "`<script>alert(1)</script>`",
        "@<script>alert(1)</script>",
        'https://a.org/"onmouseover="alert(1)',
        "<style>*{display:none}</style>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "[a]: javascript:alert(1)\n\n[a]",
    ],
)
def test_no_comment_brings_a_script(page, obj, viewer, attack):
    comments.post_comment(viewer, obj.name, attack)
    said = re.search(r'<div class="said">(.*?)</div>\s*</li>', text_of(page.get(f"/source/{obj.name}/comments")), re.S)
    found = said[1]
    for tag in re.findall(r"<[^>]*>", found):
        assert not re.match(r"<\s*/?\s*(script|img|svg|iframe|style|form|input|object|base|meta)", tag, re.I), tag
        assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag)), tag
        assert not re.search(r"(href|src)\s*=\s*[\"']?\s*(javascript|data|vbscript):", tag, re.I), tag


def test_annotations_are_grouped_by_origin_and_found(page, obj, viewer):
    annotations.annotate(viewer, obj.name, "gaia", {"plx": 0.51234567, "name": "<b>x</b>", "url": "https://a.org"})
    annotations.annotate(viewer, obj.name, "wise", {"w1": -1.5, "flag": True, "list": [1, 2], "none": None})
    text = text_of(page.get(f"/source/{obj.name}/annotations"))
    assert text.index("gaia") < text.index("wise")
    assert 'data-copy="0.51234567"' in text
    assert ">0.512346<" in text
    assert ">−1.5<" in text
    assert "<b>x</b>" not in text


def test_a_source_is_classified_voted_on_and_cleared(page, obj):
    taxonomy = ensure_default_taxonomy()
    form = text_of(page.get(f"/source/{obj.name}/classify"))
    assert "Ia" in form
    assert " › " in form, "the way down the tree"
    body = {"class": f"{taxonomy}:Ia", "probability": "0.7"}
    text = text_of(page.post(f"/source/{obj.name}/classifications", body, HTTP_HX_TARGET="classifications", **HTMX))
    row = Classification.objects.get()
    assert (row.classification, row.probability) == ("Ia", 0.7)
    assert "<b>Ia</b>" in text
    assert text_of(page.get(f"/source/{obj.name}/classify")).index("Recently and often used") > 0
    for value, votes in (("1", [1]), ("-1", [-1]), ("0", [])):
        page.post(f"/source/{obj.name}/classifications/{row.pk}/vote", {"vote": value}, **HTMX)
        assert list(ClassificationVote.objects.values_list("vote", flat=True)) == votes
    page.post(f"/source/{obj.name}/classifications/{row.pk}/delete", **HTMX)
    assert not Classification.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"class": ""},
        {"class": "Ia"},
        {"class": "9999999:Ia"},
        {"class": "x:Ia"},
        {"class": "{taxonomy}:Unicorn"},
        {"class": "{taxonomy}:Ia", "probability": "7"},
        {"class": "{taxonomy}:Ia", "probability": "nan"},
        {"class": "{taxonomy}:Ia", "group_ids": "99999"},
    ],
)
def test_a_wrong_form_says_so_and_stays_open(page, obj, body):
    taxonomy = ensure_default_taxonomy()
    body = {key: value.replace("{taxonomy}", str(taxonomy)) for key, value in body.items()}
    answer = page.post(f"/source/{obj.name}/classifications", body, HTTP_HX_TARGET="classifications", **HTMX)
    assert answer.status_code == 200
    assert 'id="classify-error"' in text_of(answer)
    assert not Classification.objects.exists()


def test_a_page_without_scripts_comes_back_to_the_source(page, obj):
    answer = page.post(f"/source/{obj.name}/comments", {"text": "plain"})
    assert (answer.status_code, answer["Location"]) == (302, f"/source/{obj.name}")


def test_fragments_take_a_fixed_number_of_queries(page, obj, viewer, django_assert_max_num_queries):
    taxonomy = ensure_default_taxonomy()
    for n in range(6):
        comments.post_comment(viewer, obj.name, f"comment {n}")
        annotations.annotate(viewer, obj.name, f"origin{n}", {"a": n})
        row = {"obj_id": obj.name, "classification": "Ia", "taxonomy_id": taxonomy, "vote": True}
        classifications.classify(viewer, [row])
    for kind, most in (("comments", 10), ("annotations", 8), ("classifications", 8)):
        with django_assert_max_num_queries(most):
            page.get(f"/source/{obj.name}/{kind}")
