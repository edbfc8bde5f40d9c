"""What people want to be told of later: of objs and of spectra."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
        ('sources', '0011_frozen_photometry'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
                ('text', models.TextField()),
                ('bot', models.BooleanField(default=False, help_text='Asked for with a token.')),
                ('next_reminder', models.DateTimeField(help_text='When it is due next; of one that is spent, when it was due last.')),
                ('reminder_delay', models.FloatField(default=1, help_text='Days from one time to the next.')),
                ('number_of_reminders', models.IntegerField(default=1, help_text='Times that are still to come.')),
                ('due_at', models.DateTimeField(blank=True, help_text='The latest time that came, until somebody says it is done.', null=True)),
                ('audience', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.audience')),
                ('author', models.ForeignKey(help_text='Who asked for it.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('obj', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='sources.obj')),
                ('user', models.ForeignKey(help_text='Who is reminded.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('number_of_reminders__gt', 0)), fields=['next_reminder'], name='reminder_to_come')],
            },
        ),
        migrations.CreateModel(
            name='SpectrumReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
                ('text', models.TextField()),
                ('bot', models.BooleanField(default=False, help_text='Asked for with a token.')),
                ('next_reminder', models.DateTimeField(help_text='When it is due next; of one that is spent, when it was due last.')),
                ('reminder_delay', models.FloatField(default=1, help_text='Days from one time to the next.')),
                ('number_of_reminders', models.IntegerField(default=1, help_text='Times that are still to come.')),
                ('due_at', models.DateTimeField(blank=True, help_text='The latest time that came, until somebody says it is done.', null=True)),
                ('audience', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.audience')),
                ('author', models.ForeignKey(help_text='Who asked for it.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('obj', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spectrum_reminders', to='sources.obj')),
                ('spectrum', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='sources.spectrum')),
                ('user', models.ForeignKey(help_text='Who is reminded.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('number_of_reminders__gt', 0)), fields=['next_reminder'], name='spectrum_reminder_to_come')],
            },
        ),
    ]
