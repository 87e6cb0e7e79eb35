"""Jobs of imports: the check, the bringing in, the undoing; and those that lost their job."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from . import entries, jobs, running
from .models import Import, ImportState

log = logging.getLogger(__name__)

_JOBS = {
    ImportState.CHECKING: "check_import",
    ImportState.WRITING: "write_import",
    ImportState.UNDOING: "undo_import",
}


@app.task(lock=jobs.LOCK)
def check_import(import_id: int) -> None:
    _run(running.check, import_id)


@app.task(lock=jobs.LOCK)
def write_import(import_id: int) -> None:
    _run(running.write, import_id)


@app.task(lock=jobs.LOCK)
def undo_import(import_id: int) -> None:
    _run(entries.undo, import_id)


def _run(act: Callable[[int, datetime], None], import_id: int) -> None:
    # names of columns and values are kept with what is found: in the language of who reads them
    language = Import.objects.filter(pk=import_id).values_list("by__language", flat=True).first()
    with override(language or settings.LANGUAGE_CODE):
        try:
            act(import_id, timezone.now())
        except DatabaseError:
            # the database went away, or two waited for each other: the round below begins it again
            log.warning("import %s was interrupted; nothing was written", import_id)
            raise
        except Exception:
            running.step_back(import_id)
            raise


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="imports-resume")
def imports_resume(timestamp: int) -> None:
    """Start again what lost its job: a worker was killed, the database was away."""
    resume()


@transaction.atomic
def resume() -> int:
    """Give a job to each import at work that has none; return how many."""
    waiting = set(
        ProcrastinateJob.objects.filter(
            task_name__startswith="yuanqi.importing.tasks.", status__in=["todo", "doing"]
        ).values_list("args__import_id", flat=True)
    )
    started = 0
    for imported in Import.objects.filter(state__in=list(_JOBS)).order_by("pk"):
        if imported.pk not in waiting:
            jobs.enqueue(_JOBS[ImportState(imported.state)], imported.pk)
            started += 1
    return started
