"""An enterprise may ask for another officer, with a reason."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('linking', '0002_late_handovers'),
        ('organisation', '0003_line_changes'),
        ('registry', '0010_contact_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='wish',
            name='wish_barred_reasoned',
        ),
        migrations.AlterField(
            model_name='wish',
            name='kind',
            field=models.CharField(choices=[('officer', '干部希望挂钩'), ('enterprise', '企业希望由他挂钩'), ('other', '企业希望换人'), ('barred', '回避')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('barred', 'other')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='wish_reasoned'),
        ),
    ]
