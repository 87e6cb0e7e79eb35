"""Categories that the park edits on pages: from a day on, with what was decided and why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('servicedesk', '0004_notices_leave'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='begins_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='category',
            name='co_handlers',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='category',
            name='edited_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='category',
            name='retired_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='CategoryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('values', models.JSONField()),
                ('valid_from', models.DateField()),
                ('set_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('document_no', models.CharField(blank=True, max_length=60)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='servicedesk.category')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'request_category_change',
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('applied_at__isnull', True)), fields=['valid_from'], name='category_change_waiting')],
            },
        ),
    ]
