"""The Celery application: journal deliveries and the clock."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")

app = Celery("skyportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "journal-sweep": {"task": "journal.sweep", "schedule": 60.0},
    "reminders": {"task": "sources.remind", "schedule": 60.0},
    "reminders of events": {"task": "gcn.remind", "schedule": 60.0},
    "files-sweep": {"task": "sources.sweep_files", "schedule": crontab(hour="3", minute="37")},
    "notices-take-up": {"task": "gcn.take_up_notices", "schedule": 60.0},
    "archive-tidy": {"task": "candidates.tidy_archive", "schedule": crontab(hour="20", minute="7")},
    "gcn-matches-tidy": {"task": "gcn.tidy_matches", "schedule": crontab(hour="20", minute="27")},
    "sessions-expire": {"task": "groups.clear_sessions", "schedule": crontab(hour="3", minute="17")},
}
