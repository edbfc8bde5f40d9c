"""Comments and classifications: who reads what, what is recorded, how many queries it takes."""

import pytest

from apps.groups.queries import sitewide_group_id
from apps.sources.actions import classifications, comments
from apps.sources.actions.listings import toggle
from apps.sources.actions.objs import make_known
from apps.sources.actions.taxonomies import ensure_default_taxonomy
from apps.sources.models import Classification, Comment, ObjReader
from apps.sources.models.lists import FAVORITES
from apps.sources.queries import classifications as said_to_be
from apps.sources.queries import comments as said
from apps.sources.queries.listings import favourites
from skyportal.access.errors import Unpermitted
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, join, make_user
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def viewer(member, viewer_of):
    return viewer_of(member)


def texts(viewer, obj):
    return [c["text"] for c in said.by_obj(viewer, [obj.pk])[obj.pk]]


def test_a_comment_is_read_by_its_groups_and_its_author(obj, member, group, outsider, viewer_of):
    second = GroupFactory()
    join(member, second)
    make_known([obj.pk], group_ids=[sitewide_group_id()])
    comments.post_comment(viewer_of(member), obj.name, "for the second", group_ids=[second.pk])
    both = make_user("both", groups_=[second])
    assert texts(viewer_of(both), obj) == ["for the second"]
    assert texts(viewer_of(make_user("first", groups_=[group])), obj) == []
    assert texts(viewer_of(outsider), obj) == []
    second.memberships.filter(user=member).delete()
    assert texts(viewer_of(member), obj) == ["for the second"], "its author still reads it"


def test_beneath_a_hidden_obj_nothing_is_read(obj, viewer, outsider, viewer_of):
    comments.post_comment(viewer, obj.name, "for everybody")
    assert texts(viewer_of(outsider), obj) == []
    assert not ObjReader.objects.filter(obj=obj, ref=sitewide_group_id()).exists()


def test_each_act_is_recorded_once_and_names_its_source(obj, viewer):
    comment, _ = comments.post_comment(viewer, obj.name, "hello")
    comments.post_comment(viewer, obj.name, "hello")
    comments.edit_comment(viewer, comment, words="bye")
    comments.delete_comment(viewer, comment)
    kinds = list(JournalEntry.objects.filter(kind__startswith="Comment").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["CommentPosted", "CommentChanged", "CommentChanged"]
    assert JournalEntry.objects.latest("pk").topics == [f"source:{obj.name}"]


def test_a_session_is_no_bot(obj, viewer):
    comments.post_comment(viewer, obj.name, "by hand")
    assert Comment.objects.get().bot is False


def test_actions_ask_for_permissions_whatever_door_calls_them(obj, group, viewer_of):
    looker = viewer_of(make_user("looker", role="View only", groups_=[group]))
    with pytest.raises(Unpermitted):
        comments.post_comment(looker, obj.name, "x")
    with pytest.raises(Unpermitted):
        classifications.classify(looker, [{"obj_id": obj.name}])


def test_reading_many_objs_takes_as_many_queries_as_one(viewer, group, django_assert_num_queries):
    objs = [known_obj(group) for _ in range(4)]
    taxonomy = ensure_default_taxonomy()
    rows = [{"obj_id": o.name, "classification": "Ia", "taxonomy_id": taxonomy, "vote": True} for o in objs]
    classifications.classify(viewer, rows)
    for obj in objs:
        comments.post_comment(viewer, obj.name, "seen")
    ids = [obj.pk for obj in objs]
    with django_assert_num_queries(2):
        found = said.by_obj(viewer, ids)
    assert [len(found[i]) for i in ids] == [1] * 4
    with django_assert_num_queries(2):
        classes = said_to_be.by_obj(viewer, ids)
    assert [[c["votes"][0]["vote"] for c in classes[i]] for i in ids] == [[1]] * 4
    with django_assert_num_queries(1):
        said_to_be.by_obj(viewer, ids, groups=False)


def test_classes_used_last_come_first(viewer, obj):
    taxonomy = ensure_default_taxonomy()
    for name in ("Ia", "Type II", "Ia"):
        classifications.classify(viewer, [{"obj_id": obj.name, "classification": name, "taxonomy_id": taxonomy}])
    assert said_to_be.often_used(viewer) == [(taxonomy, "Ia"), (taxonomy, "Type II")]
    assert Classification.objects.count() == 3


def test_a_favourite_is_put_on_and_taken_off(viewer, obj, outsider, viewer_of):
    assert toggle(viewer, obj.name, FAVORITES) is True
    assert favourites(viewer, [obj.pk]) == {obj.pk}
    assert favourites(viewer_of(outsider), [obj.pk]) == set()
    assert toggle(viewer, obj.name, FAVORITES) is False
    assert favourites(viewer, [obj.pk]) == set()
