"""A department may send a stated figure back with what is wrong: when, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0003_profile'),
    ]

    operations = [
        migrations.AddField(
            model_name='indicator',
            name='return_reason',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='indicator',
            name='returned_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
