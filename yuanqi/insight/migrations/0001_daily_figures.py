"""The facts of requests and the daily figures made of them; filled by `yuanqi figures rebuild`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casework', '0004_rest_of_life'),
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('category', models.CharField(max_length=8)),
                ('raised', models.IntegerField(default=0)),
                ('answered', models.IntegerField(default=0)),
                ('on_time', models.IntegerField(default=0)),
                ('rated', models.IntegerField(default=0)),
                ('satisfied', models.IntegerField(default=0)),
                ('resolved', models.IntegerField(default=0)),
                ('unanswered', models.IntegerField(default=0)),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
            ],
            options={
                'db_table': 'daily_figure',
                'constraints': [models.UniqueConstraint(fields=('day', 'department', 'category'), name='daily_figure_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='RequestFact',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='fact', serialize=False, to='casework.case')),
                ('raised_on', models.DateField()),
                ('ended_on', models.DateField(null=True)),
                ('category', models.CharField(max_length=8)),
                ('outcome', models.CharField(blank=True, max_length=12)),
                ('is_answered', models.BooleanField(default=False)),
                ('is_on_time', models.BooleanField(default=False)),
                ('review', models.SmallIntegerField(null=True)),
                ('is_resolved', models.BooleanField(default=False)),
                ('worked_days', models.FloatField(null=True)),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
            ],
            options={
                'db_table': 'request_fact',
                'indexes': [models.Index(condition=models.Q(('worked_days__isnull', False)), fields=['ended_on'], include=('department', 'category', 'worked_days'), name='request_fact_worked')],
            },
        ),
    ]
