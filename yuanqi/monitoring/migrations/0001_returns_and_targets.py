"""Key indicators: rounds of monthly returns, what each enterprise filed, targets, forecasts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('registry', '0005_ways_into_the_register'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(unique=True)),
                ('measures', models.JSONField()),
                ('forecast', models.CharField(blank=True, max_length=20)),
                ('forecast_months', models.SmallIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('due_on', models.DateField()),
            ],
            options={
                'db_table': 'monitoring_round',
                'ordering': ['-month'],
                'constraints': [models.CheckConstraint(condition=models.Q(('month__day', 1)), name='monitoring_round_month_first')],
            },
        ),
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('code', models.CharField(max_length=20)),
                ('value', models.DecimalField(decimal_places=2, max_digits=16)),
                ('stated_at', models.DateTimeField()),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forecasts', to='registry.enterprise')),
                ('stated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'monitoring_forecast',
                'constraints': [models.UniqueConstraint(fields=('enterprise', 'month', 'code'), name='monitoring_forecast_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='monitoring_forecast_month_first')],
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', '还没填'), ('sent', '等确认'), ('odd', '异常待核'), ('asked', '已问回'), ('accepted', '已确认')], default='waiting', max_length=8)),
                ('version', models.IntegerField(default=0)),
                ('draft', models.JSONField(default=dict)),
                ('draft_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.CharField(blank=True, choices=[('enterprise', '企业填报'), ('department', '部门填报'), ('import', '批量导入')], max_length=12)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('oddities', models.JSONField(default=list)),
                ('question', models.CharField(blank=True, max_length=200)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_step', models.SmallIntegerField(default=0)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('draft_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='registry.enterprise')),
                ('judged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='monitoring.round')),
            ],
            options={
                'db_table': 'monitoring_filing',
                'ordering': ['enterprise'],
                'indexes': [models.Index(fields=['round', 'state', 'enterprise'], name='monitoring_filing_queue')],
                'constraints': [models.UniqueConstraint(fields=('round', 'enterprise'), name='monitoring_filing_once'), models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('sent_at__isnull', False), _connector='OR'), name='monitoring_filing_sent')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20)),
                ('span', models.CharField(choices=[('month', '月'), ('year', '年')], max_length=5)),
                ('starts_on', models.DateField()),
                ('value', models.DecimalField(decimal_places=2, max_digits=16)),
                ('set_at', models.DateTimeField()),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='registry.enterprise')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'monitoring_target',
                'indexes': [models.Index(condition=models.Q(('enterprise__isnull', False), ('span', 'year')), fields=['code', 'starts_on', 'enterprise'], name='monitoring_target_firms')],
                'constraints': [models.UniqueConstraint(fields=('enterprise', 'code', 'span', 'starts_on'), name='monitoring_target_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('starts_on__day', 1), models.Q(('span', 'month'), models.Q(('span', 'year'), ('starts_on__month', 1)), _connector='OR')), name='monitoring_target_starts'), models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='monitoring_target_positive')],
            },
        ),
    ]
