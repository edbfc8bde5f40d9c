"""Transients that somebody brings in from a service."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0015_galaxy_catalogs_and_loads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TransientImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
                ('service', models.TextField(help_text='Key of its driver.')),
                ('start', models.DateTimeField(null=True)),
                ('end', models.DateTimeField(null=True)),
                ('group_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='Where its sources are saved.', size=None)),
                ('state', models.TextField(choices=[('waiting', 'Waiting'), ('working', 'Working'), ('done', 'Done'), ('failed', 'Failed')], default='waiting')),
                ('todo', models.JSONField(default=list, help_text='Transients that are still to come, as the service listed them.')),
                ('total', models.IntegerField(default=0)),
                ('done', models.IntegerField(default=0)),
                ('new_sources', models.IntegerField(default=0)),
                ('new_points', models.IntegerField(default=0)),
                ('failures', models.IntegerField(default=0, help_text='Transients in a row of which nothing could be got.')),
                ('left_out', models.JSONField(default=list, help_text='What was left out, each with its reason.')),
                ('message', models.TextField(blank=True, default='', help_text='Why it failed, or what there is to say.')),
                ('done_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sources.instrument')),
            ],
            options={
                'indexes': [models.Index(fields=['author', '-created_at'], name='transient_import_newest')],
            },
        ),
    ]
