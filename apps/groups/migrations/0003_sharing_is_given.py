from django.db import migrations, models


def forget(apps, schema_editor):
    """The flag meant nothing until now, and everybody had it."""
    apps.get_model("groups", "Membership").objects.update(can_share_photometry=False)


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_permissions_and_sitewide_group")]
    operations = [
        migrations.AlterField(
            model_name="membership",
            name="can_share_photometry",
            field=models.BooleanField(
                default=False, help_text="May share with their other groups what others shared with this one."
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
