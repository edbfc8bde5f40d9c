"""Who may see filters and what passed them: the filter's group, where the viewer also has its stream."""

from skyportal.access.policy import Policy
from skyportal.access.rules import everyone, in_group, in_stream, nobody, parent_visible

_group_and_stream = in_group() & in_stream()

FILTER = Policy(view=_group_and_stream, change=_group_and_stream, delete=_group_and_stream)
FILTER_VERSION = Policy(view=parent_visible("filter"))
CANDIDATE = Policy(view=parent_visible("filter"), delete=parent_visible("filter"))
OPERATOR = Policy(view=nobody())
BROKER = Policy(view=everyone(), change=nobody(), delete=nobody())
"""Everybody may ask a broker; its settings are shown to system admins only (`queries.brokers`)."""
