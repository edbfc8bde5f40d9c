"""Every site has the permissions, the roles and the group of everybody."""

from django.db import migrations

from apps.groups.permissions import ACLS, ROLES, SITEWIDE_GROUP


def fill(apps, schema_editor):
    acl_model, role_model, group_model = (apps.get_model("groups", name) for name in ("Acl", "Role", "Group"))
    acl_model.objects.bulk_create([acl_model(id=name) for name in ACLS], ignore_conflicts=True)
    for name, acls in ROLES.items():
        role, _ = role_model.objects.get_or_create(id=name)
        role.acls.set(acls)
    group_model.objects.get_or_create(sitewide=True, defaults={"name": SITEWIDE_GROUP, "description": "Everybody."})


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
