"""Indexes for what narrows the list of enterprises, and for figures that wait to be confirmed."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0004_indicators_sent_back'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='enterprise',
            index=models.Index(fields=['industry_code', 'id'], name='enterprise_industry'),
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=models.Index(fields=['standing', 'id'], name='enterprise_standing'),
        ),
        migrations.AddIndex(
            model_name='indicator',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', True), ('returned_at__isnull', True)), fields=['stated_at'], name='indicator_waiting'),
        ),
    ]
