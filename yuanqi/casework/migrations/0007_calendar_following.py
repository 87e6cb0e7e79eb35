"""How far the open clocks have followed a newly published calendar."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0006_flag_index'),
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFollowing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
                ('last_clock_id', models.BigIntegerField(default=0)),
                ('moved', models.IntegerField(default=0)),
                ('rests_until', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.calendarversion')),
            ],
            options={
                'db_table': 'calendar_following',
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('calendar',), name='calendar_following_one_open')],
            },
        ),
    ]
