"""Who may see and change people, groups, streams and tokens."""

from django.apps import apps
from django.db.models import Q

from skyportal.access.policy import Policy
from skyportal.access.rules import Condition, Rule, everyone, holding, in_group, owned_by
from skyportal.access.viewer import Viewer


def _known_group(viewer: Viewer, model: type) -> Condition:
    """A private group, and anybody's single-user group, is known to its members only."""
    return Q(private=False, single_user_group=False) | Q(pk__in=sorted(viewer.group_ids))


def _administered(viewer: Viewer, model: type) -> Condition:
    if viewer.user_id is None:
        return False
    memberships = apps.get_model("groups.Membership").objects
    return Q(pk__in=memberships.filter(user_id=viewer.user_id, admin=True).values("group_id"))


def _removable(viewer: Viewer, model: type) -> Condition:
    mine = _administered(viewer, model)
    return mine if isinstance(mine, bool) else mine & Q(sitewide=False, single_user_group=False)


USER = Policy(view=everyone(), change=holding("Manage users"), delete=holding("Manage users"))
GROUP = Policy(view=Rule(_known_group), change=Rule(_administered), delete=Rule(_removable))
STREAM = Policy(view=Rule(lambda viewer, model: Q(pk__in=sorted(viewer.stream_ids))))
MEMBERSHIP = Policy(view=in_group())
TOKEN = Policy(view=owned_by("user"), change=owned_by("user"), delete=owned_by("user"))
PUBLIC = Policy(view=everyone())
