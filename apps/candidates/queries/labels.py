"""What a group knows already: its saved sources and their classes, to judge a filter by."""

from __future__ import annotations

from apps.sources.models import Classification, Source
from skyportal.access.models import GROUP, AudienceMember


def labelled(group_id: int) -> dict[str, str]:
    """The class of each obj saved to a group, by the obj's name.

    Only what was said to this group counts: everybody who may read the answer may read the classifications it is made
    of. Of several the one that people hold most probable, of those the newest; a machine's only where no person spoke.
    """
    saved = Source.objects.filter(group_id=group_id, active=True).values("obj_id")
    told = AudienceMember.objects.filter(kind=GROUP, ref=group_id).values("audience_id")
    rows = (
        Classification.objects.filter(obj_id__in=saved, audience_id__in=told)
        .exclude(probability=0)
        .values_list("obj__name", "classification", "probability", "ml", "created_at")
    )
    best: dict[str, tuple] = {}
    for name, word, probability, ml, at in rows:
        rank = (not ml, 1.0 if probability is None else probability, at)
        if name not in best or rank > best[name][0]:
            best[name] = (rank, word)
    return {name: word for name, (_, word) in best.items()}
