"""Every read of imports: each kind by those who may bring it in."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible

from .models import Choice, Import, ImportFault, ImportMatch, ImportState
from .registers import REGISTERS

BY_CODE = (Choice.SKIP, Choice.UPDATE)
BY_NAME = (Choice.NEW, Choice.SKIP, Choice.UPDATE, Choice.MERGE)


def kinds_for(actor: Actor) -> Sequence[str]:
    """Which registers the actor may bring files into: the service centre those of enterprises,
    the system administrator that of officers."""
    if actor.side is Side.SYSTEM:
        return list(REGISTERS)
    return [kind for kind, register in REGISTERS.items() if actor.has(register.role)]


def imports_visible_to(actor: Actor) -> QuerySet[Import]:
    """Those of the registers that are the actor's to keep."""
    return Import.objects.filter(kind__in=kinds_for(actor))


def import_visible(import_id: int, actor: Actor) -> Import:
    """Return the import if the actor may see it. Raises NotVisible."""
    found = imports_visible_to(actor).filter(pk=import_id).first()
    if found is None:
        raise NotVisible(import_id)
    return found


def require_any(actor: Actor) -> Sequence[str]:
    """Return the actor's kinds. Raises NotAllowed for whoever has none."""
    kinds = kinds_for(actor)
    if not kinds:
        raise NotAllowed(_("导入由服务中心和系统管理员办理。"))
    return kinds


def done_before(kind: str, sha256: str) -> Import | None:
    """The import that brought this very file in, if it stands."""
    standing = (ImportState.DONE, ImportState.WRITING, ImportState.UNDOING)
    return Import.objects.filter(kind=kind, sha256=sha256, state__in=standing).first()


def faults_of(imported: Import) -> QuerySet[ImportFault]:
    return ImportFault.objects.filter(of=imported)


def matches_of(imported: Import) -> QuerySet[ImportMatch]:
    return ImportMatch.objects.filter(of=imported)


def undecided(imported: Import) -> QuerySet[ImportMatch]:
    """Rows known only by a like name, of which nobody has said what they are."""
    return matches_of(imported).filter(how="name", choice="")


def others_at_work(imported: Import) -> QuerySet[Import]:
    """Imports whose jobs come before this one's."""
    at_work = (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)
    return Import.objects.filter(state__in=at_work).exclude(pk=imported.pk)


def offered(how: str) -> Sequence[Choice]:
    """What may be done with a row that the register knows by its code, or by a like name."""
    return BY_NAME if how == "name" else BY_CODE
