"""Whoever may comment may be reminded: roles of a site that is already there get the permission too."""

from django.db import migrations


def give(apps, schema_editor):
    acl_model, role_model = (apps.get_model("groups", name) for name in ("Acl", "Role"))
    acl_model.objects.get_or_create(id="Reminder")
    for role in role_model.objects.filter(id__in=("Super admin", "Group admin", "Full user")):
        role.acls.add("Reminder")


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_sharing_is_given")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
