"""三员分立 in the database: no account has an administrator's role beside a business role.

Two of the administrators' roles were excluded before (`account_one_administrator_role`). The
roles of one account are put on a line, administrators' in [0, 1), business ones in [1, 2): rows of
one account whose ranges touch exclude each other. A plain GiST index can say that; "differs from"
it can't. The table has as many rows as there are grants: it is locked for an instant.
"""

from django.db import migrations

ADD = """
ALTER TABLE account_role ADD CONSTRAINT account_role_administrators_apart EXCLUDE USING gist (
    int8range(account_id, account_id, '[]') WITH &&,
    (CASE WHEN role IN ('system_admin', 'security_admin', 'audit_admin')
        THEN int4range(0, 1) ELSE int4range(1, 2) END) WITH -|-
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_proposals_and_holders"),
        ("foundation", "0003_idempotency_key"),
    ]

    operations = [
        migrations.RunSQL(
            ADD, "ALTER TABLE account_role DROP CONSTRAINT account_role_administrators_apart"
        ),
    ]
