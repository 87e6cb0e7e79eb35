"""Notices stand in a slice of their own now; the table and its rows stay (notices 0001)."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('servicedesk', '0003_search_text'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name='Notice')],
            database_operations=[],
        ),
    ]
