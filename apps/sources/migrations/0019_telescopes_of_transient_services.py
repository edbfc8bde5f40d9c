"""Sites that are there already get the telescopes that transients are brought in from; a new one has them anyway."""

from django.db import migrations
from django.db.models import Q

WANTED = (
    ("gaia::g", {"name": "Gaia", "nickname": "Gaia", "diameter": 1.45}, {
        "name": "Gaia", "band": "Optical", "filters": ["gaia::g", "gaia::gbp", "gaia::grp"],
    }),
    ("swiftxrt", {"name": "Neil Gehrels Swift Observatory", "nickname": "Swift", "diameter": 0.3}, {
        "name": "XRT", "band": "X-ray", "filters": ["swiftxrt"],
    }),
)


def add(apps, schema_editor):
    """What is there stays as it is: an operator may have named it otherwise."""
    Telescope, Instrument = apps.get_model("sources", "Telescope"), apps.get_model("sources", "Instrument")
    if not Telescope.objects.exists():
        return
    for bandpass, telescope, instrument in WANTED:
        called = Q(name__iexact=telescope["name"]) | Q(nickname__iexact=telescope["name"])
        there = Telescope.objects.filter(called).order_by("pk").first()
        if there and there.instruments.filter(filters__contains=[bandpass]).exists():
            continue
        there = there or Telescope.objects.create(**telescope, robotic=True, fixed_location=False)
        name = instrument["name"]
        if Instrument.objects.filter(name=name).exists():  # names are unique, and this one is of something else
            name = f"{name} ({bandpass})"
        Instrument.objects.get_or_create(name=name, defaults={**instrument, "name": name, "type": "imager", "telescope": there})


class Migration(migrations.Migration):

    dependencies = [('sources', '0018_instrument_fields')]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
