"""Who may see and change what, said once: `Viewer`, rules, `Policy`, `AccessQuerySet`, `Audience`."""
