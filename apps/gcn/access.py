"""Who may see what comes of events."""

from skyportal.access.policy import Policy
from skyportal.access.rules import everyone, nobody

OPERATOR = Policy(view=nobody())
CIRCULAR = Policy(view=everyone())
"""Circulars are public."""
