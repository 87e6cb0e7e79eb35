"""Until when a receiver that doesn't answer is left alone, so that it holds up no worker."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integration", "0001_tokens_and_webhooks")]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="rests_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
