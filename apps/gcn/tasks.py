"""The clock's door into this app."""

from celery import shared_task


@shared_task(name="gcn.take_up_notices")
def take_up_notices() -> int:
    from .actions import receiving

    return receiving.take_up()


@shared_task(name="gcn.tidy_matches")
def tidy_matches() -> int:
    from .actions import alerts_in_maps

    return alerts_in_maps.tidy()


@shared_task(name="gcn.remind")
def remind() -> int:
    from apps.sources.actions import reminders

    from .queries.subjects import EARTHQUAKES, EVENTS

    return reminders.remind(of=(EVENTS, EARTHQUAKES))
