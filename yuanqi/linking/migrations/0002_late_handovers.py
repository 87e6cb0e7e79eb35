"""Hand-overs note when the successor was reminded and when the service centre was told."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('linking', '0001_rounds'),
    ]

    operations = [
        migrations.AddField(
            model_name='handover',
            name='centre_told_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='handover',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
