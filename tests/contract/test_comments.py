"""`/api/sources/…/comments`: words, codes and shapes that clients depend on."""

import pytest

from apps.sources.models import Comment
from tests.factories import GroupFactory, join, make_user
from tests.sources.remarks import base64_of, known_obj, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def test_a_comment_is_posted_and_read_back(api, obj, member, group):
    status, body = api.post(f"sources/{obj.name}/comments", {"text": "A **host**?", "group_ids": [group.pk]})
    assert (status, body["status"]) == (200, "success")
    status, body = api.get(f"sources/{obj.name}/comments/{body['data']['comment_id']}")
    comment = body["data"]
    assert (comment["text"], comment["obj_id"], comment["author_id"]) == ("A **host**?", obj.name, member.pk)
    assert comment["author"]["username"] == "member"
    assert comment["bot"] is True, "posted with a token"
    assert comment["resourceType"] == "sources"
    assert [g["name"] for g in comment["groups"]] == ["Transients"]


def test_comments_of_a_source_are_a_bare_list_oldest_first(api, obj):
    for words in ("first", "second"):
        api.post(f"sources/{obj.name}/comments", {"text": words})
    assert [c["text"] for c in api.get(f"sources/{obj.name}/comments")[1]["data"]] == ["first", "second"]


def test_without_groups_a_comment_is_for_everybody_who_may_see_the_source(api, obj, group, api_of):
    _, body = api.post(f"sources/{obj.name}/comments", {"text": "hello", "group_ids": []})
    other = make_user("other", groups_=[group])
    assert api_of(other).get(f"sources/{obj.name}/comments/{body['data']['comment_id']}")[0] == 200


def test_a_comment_for_everybody_does_not_give_the_source_away(api, obj, outsider, api_of):
    _, body = api.post(f"sources/{obj.name}/comments", {"text": "hello"})
    status, body = api_of(outsider).get(f"sources/{obj.name}/comments/{body['data']['comment_id']}")
    assert (status, body["message"]) == (403, "Could not find any accessible comments.")
    assert api_of(outsider).get(f"sources/{obj.name}/comments")[0] == 403


def test_a_group_that_is_named_learns_of_the_source(api, member, obj, api_of):
    second = GroupFactory()
    join(member, second)
    reader = make_user("reader", groups_=[second])
    api.post(f"sources/{obj.name}/comments", {"text": "look", "group_ids": [second.pk]})
    status, body = api_of(reader).get(f"sources/{obj.name}/comments")
    assert (status, [c["text"] for c in body["data"]]) == (200, ["look"])


def test_a_repeat_answers_with_the_comment_that_is_there(api, obj, group):
    body = {"text": "again", "group_ids": [group.pk]}
    first = api.post(f"sources/{obj.name}/comments", body)[1]["data"]
    again = api.post(f"sources/{obj.name}/comments", body)[1]["data"]
    assert again["comment_id"] == first["comment_id"]
    assert "message" in again
    assert "message" not in first
    assert Comment.objects.count() == 1


def test_without_the_permission_nothing_is_posted(obj, member, api_of):
    status, body = api_of(member, acls=[]).post(f"sources/{obj.name}/comments", {"text": "no"})
    assert status == 401
    assert "Unauthorized" in body["message"]
    assert not Comment.objects.exists()


def test_a_foreign_group_is_refused(api, obj):
    status, body = api.post(f"sources/{obj.name}/comments", {"text": "x", "group_ids": [GroupFactory().pk]})
    assert status == 400
    assert "Cannot find group_id" in body["message"]
    assert not Comment.objects.exists()


def test_a_comment_of_another_source_does_not_match_the_path(api, obj, group):
    other = known_obj(group)
    comment = api.post(f"sources/{obj.name}/comments", {"text": "mine"})[1]["data"]["comment_id"]
    for verb, body in (("GET", None), ("PUT", {"text": "no"}), ("DELETE", None)):
        status, answer = api(verb, f"sources/{other.name}/comments/{comment}", body)
        assert status == 400
        assert answer["message"] == "Comment resource ID does not match resource ID given in path"
    assert Comment.objects.get().text == "mine"


def test_only_its_author_edits_and_deletes_a_comment(api, obj, group, api_of):
    comment = api.post(f"sources/{obj.name}/comments", {"text": "mine"})[1]["data"]["comment_id"]
    other = api_of(make_user("other", groups_=[group]))
    assert other.put(f"sources/{obj.name}/comments/{comment}", {"text": "yours"})[0] == 403
    assert other.delete(f"sources/{obj.name}/comments/{comment}")[0] == 403
    assert Comment.objects.get().text == "mine"
    assert api.put(f"sources/{obj.name}/comments/{comment}", {"text": "changed"})[0] == 200
    assert Comment.objects.get().text == "changed"
    assert api.delete(f"sources/{obj.name}/comments/{comment}")[0] == 200
    assert api.get(f"sources/{obj.name}/comments/{comment}")[0] == 403


def test_groups_of_a_comment_can_be_changed(api, member, obj, group):
    comment = api.post(f"sources/{obj.name}/comments", {"text": "mine"})[1]["data"]["comment_id"]
    api.put(f"sources/{obj.name}/comments/{comment}", {"text": "mine", "obj_id": obj.name, "group_ids": [group.pk]})
    assert Comment.objects.get().audience.group_ids == [group.pk]


def test_a_text_is_searched_in_all_comments_one_may_read(api, obj, group, outsider, api_of):
    for words in ("a Host here", "nothing", "no host there"):
        api.post(f"sources/{obj.name}/comments", {"text": words})
    status, body = api.get("sources/comments", text="host")
    assert (status, [c["text"] for c in body["data"]]) == (200, ["no host there", "a Host here"])
    assert len(api.get("sources/comments", text="host", numPerPage=1, pageNumber=2)[1]["data"]) == 1
    assert api_of(outsider).get("sources/comments", text="host")[1]["data"] == []
    assert api.get("sources/comments")[0] == 400


def test_a_side_conversation_is_left_out_of_the_usual_list(api, obj, group, api_of):
    api.post(f"sources/{obj.name}/comments", {"text": "aside", "channel": "spectra"})
    api.post(f"sources/{obj.name}/comments", {"text": "main"})
    assert [c["text"] for c in api.get(f"sources/{obj.name}/comments")[1]["data"]] == ["main"]
    assert [c["text"] for c in api.get(f"sources/{obj.name}/comments", channel="spectra")[1]["data"]] == ["aside"]
    assert api.get(f"sources/{obj.name}/comments/channels")[1]["data"] == ["spectra"]
    other = api_of(make_user("other", groups_=[group]))
    assert other.delete(f"sources/{obj.name}/comments/channels", channel="spectra")[0] == 403
    assert api.delete(f"sources/{obj.name}/comments/channels", channel="spectra")[0] == 200
    assert [c.text for c in Comment.objects.all()] == ["main"]


def test_an_attachment_comes_back_as_it_was(api, obj):
    body = {"text": "see", "attachment": {"name": "spec.txt", "body": base64_of(b"1 2 3\n")}}
    comment = api.post(f"sources/{obj.name}/comments", body)[1]["data"]["comment_id"]
    path = f"sources/{obj.name}/comments/{comment}/attachment"
    assert api.get(path) == (200, b"1 2 3\n")
    assert api.get(f"{path}.pdf") == (200, b"1 2 3\n")
    data = api.get(path, download="false")[1]["data"]
    assert (data["comment_id"], data["attachment"], data["attachment_name"]) == (comment, "1 2 3\n", "spec.txt")
    assert api.get(f"sources/{obj.name}/comments/{comment}")[1]["data"]["attachment_name"] == "spec.txt"


def test_an_attachment_is_for_those_who_read_the_comment(api, obj, outsider, api_of):
    body = {"text": "see", "attachment": {"name": "a.png", "body": "data:image/png;base64," + base64_of(png())}}
    comment = api.post(f"sources/{obj.name}/comments", body)[1]["data"]["comment_id"]
    path = f"sources/{obj.name}/comments/{comment}/attachment"
    assert api.get(path, preview="true") == (200, png())
    assert api_of(outsider).get(path)[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "   "},
        {"text": None},
        {"text": ["a"]},
        {"text": "a\x00b"},
        '{"text": "\\ud800"}',
        {"text": "x" * 100_001},
        {"text": "x", "group_ids": "many"},
        {"text": "x", "group_ids": [1e300]},
        {"text": "x", "group_ids": [10**12]},
        {"text": "x", "group_ids": {"a": 1}},
        {"text": "x", "channel": {"a": 1}},
        {"text": "x", "attachment": "spec"},
        {"text": "x", "attachment": {"name": "a"}},
        {"text": "x", "attachment": {"name": "a", "body": "not base64!"}},
        {"text": "x", "attachment": {"name": "a", "body": 5}},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, obj, body):
    status, answer = api.post(f"sources/{obj.name}/comments", body)
    assert (status, answer["status"]) == (400, "error")
    assert not Comment.objects.exists()


@pytest.mark.parametrize("name", ["abc", "1e5", "-1", "99999999999999", "%00"])
def test_an_id_that_is_none_is_named(api, obj, name):
    status, answer = api.get(f"sources/{obj.name}/comments/{name}")
    assert status in (400, 403)
    assert "comment" in answer["message"]
