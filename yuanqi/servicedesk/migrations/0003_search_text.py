"""By which words a request is found. Filled by the subscriber "search" from its events."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0004_rest_of_life'),
        ('servicedesk', '0002_rest_of_life'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_text', serialize=False, to='casework.case')),
                ('opened_at', models.DateTimeField()),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('inside', django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
            options={
                'db_table': 'request_search',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='request_search_words'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['inside'], name='request_search_inside')],
            },
        ),
    ]
