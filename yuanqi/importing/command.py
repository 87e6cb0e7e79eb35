"""`yuanqi import`: the steps of the pages, in a row, without a worker."""

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from yuanqi.foundation.actors import actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import Account

from . import operations, queries, running, store, wording
from .models import Import, ImportState

_PIECE = 1 << 20
_MOST = 100  # faults that are listed
Tell = Callable[[str], None]


def bring_in(
    *, kind: str, path: Path, username: str, is_update: bool, is_check: bool, tell: Tell
) -> bool:
    """Check a file and bring it in as `username` would; whether it was sound (and came in).

    Tells each fault with its line. A file with faults, or with firms known only by a like name
    (somebody must look at them on the pages), is not brought in.
    """
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        tell(f"there is no account {username}")
        return False
    try:
        return _brought_in(kind, path, account, is_update, is_check, tell)
    except (Invalid, Conflict, NotAllowed) as refused:
        tell(refused.message)
    except OSError as error:
        tell(f"{path}: {error.strerror}")
    return False


def _brought_in(
    kind: str, path: Path, account: Account, is_update: bool, is_check: bool, tell: Tell
) -> bool:
    at = timezone.now()
    actor = actor_for(account, at)
    with path.open("rb") as file:
        taken = store.take(path.name, iter(lambda: file.read(_PIECE), b""))
    try:
        imported = operations.import_begin(kind=kind, taken=taken, actor=actor, at=at)
    finally:
        taken.drop()
    number = imported.pk
    operations.import_match(import_id=number, matching=imported.matching, actor=actor, at=at)
    running.check(number, at)
    imported = Import.objects.get(pk=number)
    _say(imported, tell)
    sound = not imported.faults and not queries.undecided(imported).exists()
    if is_check or not sound or not (imported.fresh or imported.known):
        operations.import_discard(import_id=number, actor=actor, at=at)
        return sound
    operations.import_confirm(
        import_id=number, common_choice="update" if is_update else "skip", actor=actor, at=at
    )
    running.write(number, timezone.now())
    imported = Import.objects.get(pk=number)
    if imported.state != ImportState.DONE:
        tell(imported.note)
        return False
    tell(f"import {number}: {imported.made} made, {imported.changed} changed")
    return True


def _say(imported: Import, tell: Tell) -> None:
    tell(
        f"{imported.rows} rows: {imported.fresh} new, {imported.known} known and different,"
        f" {imported.same} the same, {imported.faults} faults"
    )
    for fault in imported.found.order_by("line", "id")[:_MOST]:
        wrong, advice = wording.words(fault.reason, fault.details)
        tell(f"  {fault.line} {fault.head} {fault.value!r}: {wrong} {advice}")
    for match in queries.undecided(imported)[:_MOST]:
        tell(f"  {match.line} {match.title} ~ {match.existing}")
