"""Who may see and change what is known of the sky. One table, read top to bottom."""

from django.apps import apps
from django.db.models import Q

from skyportal.access.policy import Policy
from skyportal.access.rules import Condition, Rule, everyone, holding, in_audience, in_group, owned_by, parent_visible
from skyportal.access.viewer import Viewer


def _known_to(viewer: Viewer, model: type) -> Condition:
    """Some group or stream of the viewer was given something of this obj (see `models.ObjReader`)."""
    readers = apps.get_model("sources.ObjReader").objects.shared_with(viewer)
    return Q(pk__in=readers.values("obj_id"))


def _names_a_known_obj(viewer: Viewer, model: type) -> Condition:
    """Some obj of those it ties together is known to the viewer."""
    objs = apps.get_model("sources.Obj").objects.visible_to(viewer)
    members = apps.get_model("sources.SuperObjMember").objects.filter(obj_id__in=objs.values("pk"))
    return Q(pk__in=members.values("super_obj_id"))


def _in_audience_as(flag: str) -> Rule:
    """Its audience holds a group in which the viewer's membership has this flag."""

    def condition(viewer: Viewer, model: type) -> Condition:
        if viewer.user_id is None:
            return False
        groups = apps.get_model("groups.Membership").objects.filter(user_id=viewer.user_id, **{flag: True})
        members = apps.get_model("access.AudienceMember").objects.filter(kind=0, ref__in=groups.values("group_id"))
        return Q(audience_id__in=members.values("audience_id"))

    return Rule(condition)


def _runs_release(viewer: Viewer, model: type) -> Condition:
    """One of its groups is the viewer's."""
    if not viewer.group_ids:
        return False
    through = apps.get_model("sources.PublicRelease").groups.through
    return Q(pk__in=through._default_manager.filter(group_id__in=sorted(viewer.group_ids)).values("publicrelease_id"))


def _shown_to_all(viewer: Viewer, model: type) -> Condition:
    return Q(is_visible=True)


def _reads_all_of_it(viewer: Viewer, model: type) -> Condition:
    """Every audience of its points holds some group or stream of the viewer."""
    audiences = apps.get_model("access.AudienceMember").objects.shared_with(viewer).values("audience_id")
    through = apps.get_model("sources.FrozenPhotometry").audiences.through
    hidden = through._default_manager.exclude(audience_id__in=audiences)
    return ~Q(pk__in=hidden.values("frozenphotometry_id"))


known = Rule(_known_to)
administered = _in_audience_as("admin")
shareable = _in_audience_as("can_share_photometry")
shared = in_audience()
parent = parent_visible("obj")

OBJ = Policy(view=known, change=known)
SOURCE = Policy(view=in_group(), change=in_group(), delete=in_group())

# Whatever is shared is visible to its audience, and to whoever brought it; always beneath a visible obj.
measured = shared | owned_by("upload__owner")
said = shared | owned_by("author")

PHOTOMETRY = Policy(
    view=measured & parent,
    change=owned_by("upload__owner") | (holding("Manage photometry") & shared),
    delete=owned_by("upload__owner") | (holding("Manage photometry") & shared),
)
POINT_VALIDATION = Policy(view=parent_visible("photometry"), change=holding("Manage sources"))
REMARK_ON_POINT = Policy(view=said & parent_visible("photometry"), change=owned_by("author"), delete=owned_by("author"))
SERIES = Policy(
    view=(shared | owned_by("owner")) & parent,
    change=owned_by("owner") | (holding("Manage photometry") & shared),
    delete=owned_by("owner") | (holding("Manage photometry") & shared),
)
FROZEN = Policy(view=Rule(_reads_all_of_it) & parent)
COMMENT = Policy(view=said & parent, change=owned_by("author"), delete=owned_by("author"))
ANNOTATION = COMMENT
SPECTRUM = Policy(view=(shared | owned_by("owner")) & parent, change=owned_by("owner"), delete=owned_by("owner"))
REMARK_ON_SPECTRUM = Policy(
    view=said & parent_visible("spectrum"), change=owned_by("author"), delete=owned_by("author")
)
concerned = owned_by("author") | owned_by("user")
REMINDER = Policy(view=(shared | concerned) & parent, change=owned_by("author"), delete=concerned)
REMINDER_ON_SPECTRUM = Policy(
    view=(shared | concerned) & parent_visible("spectrum"), change=owned_by("author"), delete=concerned
)
CLASSIFICATION = Policy(
    view=COMMENT.view, change=owned_by("author") | administered, delete=owned_by("author") | administered
)
THUMBNAIL = Policy(
    view=shared & parent, change=holding("Manage sources") & shared, delete=holding("Manage sources") & shared
)
TAXONOMY = Policy(view=shared, change=holding("Post taxonomy") & shared, delete=holding("Delete taxonomy") & shared)
PERIOD_SEARCH = Policy(view=owned_by("owner") & parent, delete=owned_by("owner"))
TAG_OPTION = Policy(view=everyone(), change=holding("Manage sources"), delete=holding("Manage sources"))
TAG = Policy(view=COMMENT.view, change=shared & parent, delete=COMMENT.view)
INTEREST = Policy(view=parent, change=owned_by("user"), delete=owned_by("user"))
LABEL = Policy(view=in_group() & parent, delete=owned_by("labeller"))
SUPER_OBJ = Policy(view=Rule(_names_a_known_obj), change=Rule(_names_a_known_obj))
GALAXY = Policy(view=everyone())
GALAXY_CATALOG = Policy(view=everyone(), change=owned_by("owner"))
GALAXY_LOAD = Policy(view=owned_by("owner"))
SEARCH = Policy(view=owned_by("owner") | in_group(), change=owned_by("owner"), delete=owned_by("owner"))
IMPORT = Policy(view=owned_by("author"))
LISTING = Policy(view=owned_by("user"), change=owned_by("user"), delete=owned_by("user"))

TELESCOPE = Policy(view=everyone(), change=holding("Manage telescopes"), delete=holding("Manage telescopes"))
INSTRUMENT = Policy(view=everyone(), change=holding("Manage instruments"), delete=holding("Manage instruments"))
PUBLIC = Policy(view=everyone())

shown_to_all = Rule(_shown_to_all)
PUBLIC_PAGE = Policy(
    view=shown_to_all, change=holding("Manage sources") & parent, delete=holding("Manage sources") & parent
)
PUBLIC_RELEASE = Policy(
    view=shown_to_all | Rule(_runs_release),
    change=holding("Manage sources") & Rule(_runs_release),
    delete=holding("Manage sources") & Rule(_runs_release),
)
