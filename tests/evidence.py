"""What tests hold refusals against: every row of every table, as the database has it."""

from django.db import connection


def every_row(*, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return a digest of the rows of each table: two of them are equal when nothing changed.

    `but` names tables left out: a refused form is shown again, and who reads a number is noted.
    """
    with connection.cursor() as cursor:
        names = sorted(
            info.name
            for info in connection.introspection.get_table_list(cursor)
            if info.type == "t" and info.name not in but
        )
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*) || ' ' ||"
                f" md5(coalesce(string_agg(row::text, '|' ORDER BY row::text), ''))"
                f' FROM "{name}" AS row'
                for name in names
            )
        )
        return dict(cursor.fetchall())


def events() -> int:
    """Return how many events the journal holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_event")
        return cursor.fetchone()[0]
