"""An index by which a month of contacts over all enterprises is counted."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0009_contacts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['at'], name='contact_at'),
        ),
    ]
