"""Alerts: packets in; tables, filters' answers, light curves and an archive out. No Django, no database."""
