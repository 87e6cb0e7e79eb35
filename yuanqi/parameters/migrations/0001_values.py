"""The park's settings with their history: a row for each value from a day on."""

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
            name='ParameterValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('value', models.JSONField()),
                ('valid_from', models.DateField()),
                ('set_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('document_no', models.CharField(blank=True, max_length=60)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200)),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'parameter_value',
                'indexes': [models.Index(fields=['key', '-id'], name='parameter_value_key')],
                'constraints': [models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason', ''), _connector='OR'), name='parameter_withdrawn_with_its_time')],
            },
        ),
    ]
