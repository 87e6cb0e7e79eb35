"""Keys under which clients of the API repeat a call, with the answer that a repeat is given."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0002_journal_guard")]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.SmallIntegerField(default=0)),
                ("body", models.TextField(default="")),
                ("location", models.CharField(default="", max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "idempotency_key",
                "indexes": [models.Index(fields=["at"], name="idempotency_key_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "key"), name="idempotency_key_once"
                    )
                ],
            },
        ),
    ]
