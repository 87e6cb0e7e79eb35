"""What the program's database role may do: everything it needs, and nothing to the journal's past.

Run by the owner role after each migration. Where one role does both (a served database with a
single role), the journal's triggers still refuse changes.
"""

from django.db import connections

APPEND_ONLY = ("journal_event", "journal_seal", "access_read")
READ_ONLY = ("django_migrations",)


def apply(*, program: str, using: str = "owner") -> None:
    """Grant the role `program` its rights on the tables of the database `using`."""
    connection = connections[using]
    role = connection.ops.quote_name(program)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == program:
            return
        # names only: the role is quoted, the tables are constants above
        cursor.execute(
            f"""
            GRANT USAGE ON SCHEMA public TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
            GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
            GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
            REVOKE UPDATE, DELETE, TRUNCATE ON {", ".join(APPEND_ONLY)} FROM {role};
            REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {", ".join(READ_ONLY)} FROM {role};
            """  # noqa: S608
        )
