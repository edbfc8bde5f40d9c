from django.db import migrations

# objs that arrived were once paired with every map that holds a little of their place
FORGET = "delete from gcn_objinmap where level > 0.99"


class Migration(migrations.Migration):

    dependencies = [
        ('gcn', '0013_tags_of_notices'),
    ]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
