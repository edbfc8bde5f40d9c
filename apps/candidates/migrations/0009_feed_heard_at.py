from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0008_feeds_that_ask'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='heard_at',
            field=models.DateTimeField(blank=True, help_text='When its process last said that it is there.', null=True),
        ),
    ]
