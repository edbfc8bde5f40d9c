"""Who may see telescope time, and who may deal it out."""

from skyportal.access.policy import Policy
from skyportal.access.rules import holding, in_group

MANAGE = "Manage allocations"

_managed = in_group() & holding(MANAGE)

ALLOCATION = Policy(view=in_group(), change=_managed, delete=_managed)
