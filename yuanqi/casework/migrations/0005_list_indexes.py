"""Indexes for lists: open cases by their day, a unit's closed ones, an officer's.

Made while others write: nobody waits for a big table.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('casework', '0004_rest_of_life'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(
                condition=models.Q(('state', 'closed'), _negated=True),
                fields=['-opened_at', '-id'],
                name='case_open_opened',
            ),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(
                condition=models.Q(('state', 'closed')),
                fields=['lead', '-closed_at', '-id'],
                name='case_lead_closed',
            ),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(
                fields=['responsible', '-opened_at', '-id'], name='case_responsible_opened'
            ),
        ),
    ]
