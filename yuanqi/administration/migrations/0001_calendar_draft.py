"""A year of the working calendar drawn up before it is published."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDraft',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('year', models.SmallIntegerField()),
                ('days', models.JSONField()),
                ('spans', models.JSONField()),
                ('document_no', models.CharField(blank=True, max_length=60)),
                ('source', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'calendar_draft',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='calendar_draft_one')],
            },
        ),
    ]
