"""The four lists: sheets by month, entries, ranks, care requests, service plans."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casework', '0013_access_in_order'),
        ('conditions', '0001_conditions'),
        ('registry', '0008_indicator_by_month'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rank',
            fields=[
                ('enterprise', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='registry.enterprise')),
                ('output', models.FloatField(null=True)),
                ('tax', models.FloatField(null=True)),
            ],
            options={
                'db_table': 'steering_rank',
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('made_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('listed', models.IntegerField(default=0)),
                ('entered', models.IntegerField(default=0)),
                ('left', models.IntegerField(default=0)),
                ('unknown', models.IntegerField(default=0)),
                ('condition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='conditions.condition')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conditions.conditionversion')),
            ],
            options={
                'db_table': 'steering_sheet',
                'ordering': ['-month', 'condition'],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.BooleanField(null=True)),
                ('is_on', models.BooleanField()),
                ('was_on', models.BooleanField(default=False)),
                ('move', models.CharField(choices=[('entered', '新进入'), ('stayed', '继续在列'), ('left', '离开'), ('out', '不在列')], max_length=8)),
                ('figures', models.JSONField(default=dict)),
                ('because', models.JSONField(default=dict)),
                ('ruling', models.CharField(blank=True, choices=[('', '待确认'), ('confirmed', '已确认'), ('on', '人工列入'), ('off', '人工移出')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('until', models.DateField(blank=True, null=True)),
                ('ruled_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.IntegerField(default=0)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='list_entries', to='registry.enterprise')),
                ('ruled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='steering.sheet')),
            ],
            options={
                'db_table': 'steering_entry',
            },
        ),
        migrations.CreateModel(
            name='Care',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('raised_at', models.DateTimeField()),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='care', to='casework.case')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cares', to='registry.enterprise')),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cares', to='steering.entry')),
            ],
            options={
                'db_table': 'steering_care',
                'indexes': [models.Index(fields=['enterprise', 'raised_at'], name='steering_care_latest')],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('visit_days', models.SmallIntegerField()),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('linked', '挂钩干部'), ('leader', '分管领导'), ('centre', '服务中心'), ('bureau', '行业主管部门'), ('finance', '金融服务专员')], max_length=8), size=None)),
                ('measures', models.TextField(max_length=2000)),
                ('set_at', models.DateTimeField()),
                ('condition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='conditions.condition')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'steering_plan',
                'ordering': ['-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('condition', 'valid_from'), name='steering_plan_once'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('condition',), name='steering_plan_one_open'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='steering_plan_term'), models.CheckConstraint(condition=models.Q(('visit_days__gte', 1), ('visit_days__lte', 366)), name='steering_plan_days')],
            },
        ),
        migrations.AddConstraint(
            model_name='sheet',
            constraint=models.UniqueConstraint(fields=('condition', 'month'), name='steering_sheet_once'),
        ),
        migrations.AddConstraint(
            model_name='sheet',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='steering_sheet_month_first'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['sheet', 'is_on', 'enterprise'], name='steering_entry_listed'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['sheet', 'move', 'enterprise'], name='steering_entry_moves'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('until__isnull', False)), fields=['until'], name='steering_entry_lapsing'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('sheet', 'enterprise'), name='steering_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ruling__in', ('on', 'off')), _negated=True), models.Q(models.Q(('reason', ''), _negated=True), ('until__isnull', False)), _connector='OR'), name='steering_entry_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ruling', 'on'), _negated=True), ('is_on', True), _connector='OR'), name='steering_entry_kept_on'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ruling', 'off'), _negated=True), ('is_on', False), _connector='OR'), name='steering_entry_kept_off'),
        ),
    ]
