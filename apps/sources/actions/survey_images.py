"""Images of surveys: asked for in a page or by the API, fetched by a worker, kept as thumbnails for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db import transaction

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record
from skyportal.outside import Unreachable

from ..entries import SurveyImagesAsked, ThumbnailsChanged
from ..models import Obj, Thumbnail
from ..queries.images import reasons_key, survey_names
from ..queries.objs import get_obj
from ..surveys.base import as_png, survey_images
from .attachments import keep
from .checks import audience_of, lock

MOST_OBJS = 100
REMEMBERED = 24 * 3600


def ask(viewer: Viewer, obj_names: Iterable[Any], kinds: Iterable[Any] | None = None) -> None:
    """Let a worker fetch images of these surveys, all of them by default; of those that are kept nothing is fetched."""
    names = list(dict.fromkeys(str(name) for name in obj_names))
    wanted = list(survey_names()) if kinds is None else list(dict.fromkeys(str(kind) for kind in kinds))
    if not names or len(names) > MOST_OBJS:
        raise Invalid(f"Invalid objIDs: give 1 to {MOST_OBJS}.")
    if unknown := set(wanted) - set(survey_names()):
        raise Invalid(f"Invalid types: {', '.join(sorted(unknown))[:100]}; known are {', '.join(survey_names())}.")
    objs = [get_obj(viewer, name) for name in names]
    for obj in objs:
        if obj.ra is None:
            raise Invalid(f"{obj.name} has no position.")
    kept = set(Thumbnail.objects.filter(obj__in=objs, type__in=wanted).values_list("obj_id", "type"))
    with transaction.atomic():
        for obj in objs:
            if missing := [kind for kind in wanted if (obj.pk, kind) not in kept]:
                cache.delete(reasons_key(obj.pk))
                record(SurveyImagesAsked(obj.pk, obj.name, viewer.user_id, missing))


def fetch(obj_id: int, kinds: Iterable[str]) -> None:
    """Ask each service; why one gave nothing is kept for a day, to be shown."""
    obj = Obj.objects.filter(pk=obj_id, ra__isnull=False).first()
    if obj is None:
        return
    reasons: dict[str, str] = {}
    for kind in kinds:
        survey = survey_images[kind]()
        try:
            png = as_png(survey.picture(float(obj.ra or 0), float(obj.dec or 0)), survey.name)
        except Unreachable as refusal:
            reasons[kind] = refusal.message
        else:
            _keep(obj, kind, png, survey.name)
    cache.set(reasons_key(obj_id), reasons, REMEMBERED)
    if reasons:
        with transaction.atomic():
            record(ThumbnailsChanged(obj.pk, obj.name, None))  # open pages show why


@transaction.atomic
def _keep(obj: Obj, kind: str, png: bytes, origin: str) -> None:
    lock([obj.pk])
    if Thumbnail.objects.filter(obj=obj, type=kind).exists():
        return
    audience = audience_of([], [groups.sitewide_group_id()])
    Thumbnail.objects.create(obj=obj, type=kind, file=keep(png, "thumbs", ".png"), audience=audience, origin=origin)
    record(ThumbnailsChanged(obj.pk, obj.name, None))
