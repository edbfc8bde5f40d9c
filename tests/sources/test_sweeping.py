"""Files that no row names are deleted once they are old; a file that is wanted, or about to be, never is."""

import os
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from apps.sources.actions import sweeping
from apps.sources.actions.attachments import Attachment, keep
from apps.sources.actions.comments import delete_comment, post_comment
from apps.sources.actions.thumbnails import Cutout, store_many
from apps.sources.models import Comment, Thumbnail
from apps.sources.tasks import sweep_files
from skyportal.access.models import Audience
from tests.factories import ObjFactory
from tests.sources.remarks import known_obj, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    return tmp_path


def aged(name, days=2.0):
    """The same file, as if it had last been wanted so long ago."""
    then = time.time() - days * 86400
    os.utime(default_storage.path(name), (then, then))
    return name


def test_a_replaced_cutout_goes_after_a_day_and_the_newest_stays(stream):
    obj, audience = ObjFactory(), Audience.objects.of(streams=[stream.pk])
    names = []
    for night in range(2):
        store_many([Cutout(obj.pk, "new", png(colour=night), audience.pk, 59000.0 + night)])
        names.append(Thumbnail.objects.get().file)
    old, new = names
    assert sweep_files() == 0, "both are young"
    aged(old), aged(new)
    assert sweep_files() == 1
    assert not default_storage.exists(old)
    assert default_storage.exists(new)


def test_attachments_go_with_the_last_comment_that_has_them(group, member, viewer_of):
    viewer, objs = viewer_of(member), [known_obj(group), known_obj(group)]
    for obj in objs:
        post_comment(viewer, obj.name, "see", attachment=Attachment("a.txt", b"the same file"))
    name = aged(Comment.objects.first().attachment.name)
    first, second = Comment.objects.values_list("pk", flat=True)
    for comment, left in ((first, True), (second, False)):
        delete_comment(viewer, comment)
        sweeping.sweep()
        assert default_storage.exists(name) is left


def test_a_file_that_is_wanted_again_while_we_look_is_left(monkeypatch):
    """Somebody keeps the same bytes after the sweep has looked for rows, and will name them in a row of theirs."""
    name = aged(keep(b"picture", "thumbs", ".png"))

    def just_then(names):
        assert keep(b"picture", "thumbs", ".png") == name
        return []

    monkeypatch.setitem(sweeping.FOLDERS, "thumbs", just_then)
    assert sweeping.sweep().files == 0
    assert default_storage.open(name).read() == b"picture"


def test_what_is_not_named_by_content_is_not_touched(files):
    other = files / "thumbs" / "ab" / "readme.txt"
    other.parent.mkdir(parents=True)
    other.write_text("by hand")
    aged("thumbs/ab/readme.txt")
    assert sweeping.sweep().files == 0
    assert Path(other).exists()
