"""Take the notices over from the service desk with all their rows; a subject takes the case's place.

A row named its case by key; now it names the stream of whatever it is about, and whose words it has.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
ALTER TABLE notice ADD COLUMN source varchar(20), ADD COLUMN subject varchar(64),
    ADD COLUMN is_urgent boolean NOT NULL DEFAULT false;
UPDATE notice SET source = 'servicedesk', subject = 'case:' || case_id;
ALTER TABLE notice ALTER COLUMN source SET NOT NULL, ALTER COLUMN subject SET NOT NULL,
    ALTER COLUMN is_urgent DROP DEFAULT, DROP COLUMN case_id;
DROP INDEX notice_account;
CREATE INDEX notice_inbox ON notice (account_id, at DESC, id DESC);
CREATE INDEX notice_unread ON notice (account_id, at DESC, id DESC) WHERE read_at IS NULL;
"""

BACK = """
DELETE FROM notice WHERE subject NOT LIKE 'case:%%';
ALTER TABLE notice ADD COLUMN case_id bigint
    REFERENCES "case" (id) DEFERRABLE INITIALLY DEFERRED;
UPDATE notice SET case_id = substr(subject, 6)::bigint;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE notice ALTER COLUMN case_id SET NOT NULL, DROP COLUMN source, DROP COLUMN subject,
    DROP COLUMN is_urgent;
DROP INDEX notice_inbox;
DROP INDEX notice_unread;
CREATE INDEX notice_account ON notice (account_id, at DESC);
CREATE INDEX notice_case_id ON notice (case_id);
"""

STATE = migrations.CreateModel(
    name='Notice',
    fields=[
        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
        ('source', models.CharField(max_length=20)),
        ('subject', models.CharField(max_length=64)),
        ('event_id', models.BigIntegerField()),
        ('kind', models.CharField(max_length=64)),
        ('at', models.DateTimeField()),
        ('is_urgent', models.BooleanField(default=False)),
        ('read_at', models.DateTimeField(blank=True, null=True)),
        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
    ],
    options={
        'db_table': 'notice',
        'indexes': [
            models.Index(fields=['account', '-at', '-id'], name='notice_inbox'),
            models.Index(condition=models.Q(('read_at__isnull', True)), fields=['account', '-at', '-id'], name='notice_unread'),
        ],
        'constraints': [models.UniqueConstraint(fields=('account', 'event_id'), name='notice_once')],
    },
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('foundation', '0002_journal_guard'),
        ('servicedesk', '0004_notices_leave'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[STATE],
            database_operations=[migrations.RunSQL(FORWARD, BACK)],
        ),
    ]
