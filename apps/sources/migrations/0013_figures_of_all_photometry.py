"""A row an obj of what is counted of all its photometry, for lists of those who read all of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0012_reminders'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhotStatAudiences',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audiences', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='In order.', size=None)),
            ],
            options={
                'indexes': [models.Index(fields=['audiences'], name='phot_stat_audiences')],
            },
        ),
        migrations.CreateModel(
            name='WholePhotStat',
            fields=[
                ('obj', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='sources.obj')),
                ('num_obs', models.IntegerField(default=0)),
                ('num_det', models.IntegerField(default=0)),
                ('num_det_no_forced', models.IntegerField(default=0)),
                ('first_obs_mjd', models.FloatField(null=True)),
                ('last_obs_mjd', models.FloatField(null=True)),
                ('first_det_mjd', models.FloatField(null=True)),
                ('last_det_mjd', models.FloatField(null=True)),
                ('last_det_mag', models.FloatField(null=True)),
                ('first_det_no_forced_mjd', models.FloatField(null=True)),
                ('last_det_no_forced_mjd', models.FloatField(null=True)),
                ('peak_mag', models.FloatField(null=True)),
                ('combination', models.ForeignKey(db_index=False, help_text='Of whose points it counts.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sources.photstataudiences')),
            ],
        ),
    ]
