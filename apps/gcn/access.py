"""Who may see and change what is known of multi-messenger events. One table, read top to bottom."""

from skyportal.access.policy import Policy
from skyportal.access.rules import everyone, holding, in_audience, in_group, nobody, owned_by, parent_visible

shared = in_audience()
event = parent_visible("event")
said = shared | owned_by("author")
runs_events = holding("Manage GCNs")

# An event is for the groups it was given to, everybody where nobody said otherwise; what hangs on it follows it.
EVENT = Policy(view=shared | owned_by("sent_by"), change=owned_by("sent_by") | (runs_events & shared))
OF_EVENT = Policy(view=event, change=owned_by("sent_by"), delete=owned_by("sent_by") | runs_events)
ADVOCATE = Policy(view=event, change=owned_by("user") | runs_events, delete=owned_by("user") | runs_events)
OF_LOCALIZATION = Policy(view=parent_visible("localization"))
COMMENT = Policy(view=said & event, change=owned_by("author"), delete=owned_by("author"))
VETTING = Policy(
    view=event & parent_visible("obj") & (in_group() | owned_by("user")),
    change=holding("Upload data") & (in_group() | owned_by("user")),
    delete=holding("Upload data") & (in_group() | owned_by("user")),
)
MATCH = Policy(view=parent_visible("localization") & parent_visible("obj"))
ALERT = Policy(view=shared & parent_visible("localization"))
TAG_RULE = Policy(view=everyone(), change=runs_events, delete=runs_events)
TEXT = Policy(view=in_group() & event, change=in_group(), delete=owned_by("sent_by") | runs_events)
SPATIAL_CATALOG = Policy(
    view=everyone(), change=owned_by("owner") | runs_events, delete=owned_by("owner") | runs_events
)
OF_SPATIAL_CATALOG = Policy(view=parent_visible("catalog"))
OPERATOR = Policy(view=nobody())
CIRCULAR = Policy(view=everyone())  # they are public; that one speaks of an event is seen by whoever sees the event
OF_CIRCULAR = Policy(view=event)
# What was done about an event with telescope time is for those who have the time and see the event.
THROUGH_ALLOCATION = Policy(view=parent_visible("allocation") & event)
DETECTOR = Policy(view=everyone(), change=holding("Manage allocations"), delete=holding("Manage allocations"))
uploaded = owned_by() & holding("Upload data")
OF_DETECTOR = Policy(view=shared | owned_by(), change=uploaded, delete=uploaded)
# Earthquakes are public knowledge; whoever brought one may correct it.
EARTHQUAKE = Policy(view=everyone(), change=owned_by("sent_by") | runs_events, delete=owned_by("sent_by") | runs_events)
OF_EARTHQUAKE = Policy(view=everyone(), change=owned_by("sent_by"), delete=owned_by("sent_by") | runs_events)
EARTHQUAKE_COMMENT = Policy(view=said, change=owned_by("author"), delete=owned_by("author"))
PREDICTION = Policy(view=everyone())
concerned = owned_by("author") | owned_by("user")
REMINDER = Policy(view=(shared | concerned) & event, change=owned_by("author"), delete=concerned)
EARTHQUAKE_REMINDER = Policy(view=shared | concerned, change=owned_by("author"), delete=concerned)
