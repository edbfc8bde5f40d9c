"""Who may see filters and what passed them: the filter's group, where the viewer also has its stream."""

from skyportal.access.policy import Policy
from skyportal.access.rules import everyone, in_audience, in_group, in_stream, nobody, owned_by, parent_visible

_group_and_stream = in_group() & in_stream()

FILTER = Policy(view=_group_and_stream, change=_group_and_stream, delete=_group_and_stream)
FILTER_VERSION = Policy(view=parent_visible("filter"))
CANDIDATE = Policy(view=parent_visible("filter"), delete=parent_visible("filter"))
BACK_TEST = Policy(view=parent_visible("filter"), change=parent_visible("filter"), delete=parent_visible("filter"))
AUTOMATION = Policy(view=parent_visible("filter"), change=parent_visible("filter"), delete=parent_visible("filter"))
AUTOMATIC_ACT = Policy(view=parent_visible("filter") & parent_visible("obj"))
VETTING_WEIGHTS = Policy(view=in_group(), change=in_group(), delete=in_group())
OPERATOR = Policy(view=nobody())
BROKER = Policy(view=everyone(), change=nobody(), delete=nobody())
"""Everybody may ask a broker; its settings are shown to system admins only (`queries.brokers`)."""

_of_scanners = in_audience() | owned_by("user")
REVIEW = Policy(view=_of_scanners & parent_visible("obj"))
GROUP_REJECTION = Policy(view=in_group(), change=in_group(), delete=in_group())
SCAN_PROFILE = Policy(view=owned_by("owner") | in_group(), change=owned_by("owner"), delete=owned_by("owner"))
_reported = in_audience() | owned_by("author")
SCAN_REPORT = Policy(view=_reported, change=_reported, delete=owned_by("author"))
SCAN_REPORT_ITEM = Policy(
    view=parent_visible("report") & parent_visible("obj"), change=parent_visible("report") & parent_visible("obj")
)
SCAN_SESSION = Policy(view=in_group(), change=in_group())
SCAN_SESSION_PART = Policy(view=parent_visible("session"), change=parent_visible("session"))
"""Objs of a queue are asked for by `queries.sessions`, which shows only those that the viewer may see."""
