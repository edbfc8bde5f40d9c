"""The permissions and roles of the public API, as facts."""

ACLS = (
    "Annotate",
    "Become user",
    "Classify",
    "Comment",
    "Delete bulk photometry",
    "Delete taxonomy",
    "Manage Analysis Services",
    "Manage GCNs",
    "Manage Recurring APIs",
    "Manage allocations",
    "Manage groups",
    "Manage instruments",
    "Manage observation plans",
    "Manage observing runs",
    "Manage photometry",
    "Manage sharing services",
    "Manage shifts",
    "Manage sources",
    "Manage teams",
    "Manage telescopes",
    "Manage users",
    "Post from SEDMListener",
    "Post taxonomy",
    "Reminder",
    "Run Analyses",
    "System admin",
    "Upload data",
)

FULL_USER = {"Annotate", "Comment", "Upload data", "Classify", "Reminder", "Run Analyses", "Manage observing runs"}

ROLES = {
    "Super admin": set(ACLS),
    "Group admin": FULL_USER
    | {
        "Manage GCNs",
        "Manage Analysis Services",
        "Manage Recurring APIs",
        "Manage shifts",
        "Manage sources",
        "Manage teams",
        "Manage users",
        "Post taxonomy",
    },
    "Full user": FULL_USER,
    "View only": set(),
}

DEFAULT_ROLE = "Full user"
SITEWIDE_GROUP = "Sitewide Group"
