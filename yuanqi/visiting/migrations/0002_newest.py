"""An index by which all visits that were done are listed, the newest first."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0003_line_changes'),
        ('registry', '0010_contact_at'),
        ('visiting', '0001_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['-happened_at', '-id'], name='visit_newest'),
        ),
    ]
