"""Imports say whether their file still lies on the disk: retention takes it away."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('importing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='rows_kept',
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
