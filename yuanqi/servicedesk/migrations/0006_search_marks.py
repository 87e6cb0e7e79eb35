"""Let one vector serve every search: all that staff may read, with marks of month and grantees.

What was frequent only years ago is found by its month, and a department's words among what it may
see. The enterprise's vector needs no index: its own requests are few. The rows are written a few
thousand at a time, so that nobody waits; until they are, searches among many say "too many".
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations

FILL = """
UPDATE request_search SET inside = coalesce(inside, words) || array_to_tsvector(
    ARRAY[
        '@' || to_char(opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY'),
        '@' || to_char(opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM')
    ] || ARRAY(
        SELECT '@' || grantee FROM case_access WHERE case_access.case_id = request_search.case_id
    )
)
WHERE case_id > %s AND case_id <= %s
"""
BATCH = 5_000


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(case_id), 0) FROM request_search")
        last = cursor.fetchone()[0]
        for start in range(0, last, BATCH):
            cursor.execute(FILL, [start, start + BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("servicedesk", "0005_categories_on_pages"),
    ]

    operations = [
        RemoveIndexConcurrently(model_name="searchtext", name="request_search_words"),
        # each row would be put into the index again, word by word
        RemoveIndexConcurrently(model_name="searchtext", name="request_search_inside"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="searchtext",
            index=GinIndex(fields=["inside"], name="request_search_inside", fastupdate=False),
        ),
    ]
