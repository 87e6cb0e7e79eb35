"""One import as it stands: its columns, its progress, what the check found, what it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.audit import reading
from yuanqi.foundation import pages, sheets
from yuanqi.signin.places import address_of

from . import entries, progress, queries, store, wording, workbooks
from .forms import BeginForm
from .models import Choice, Import, ImportFault, ImportKind, ImportMatch, ImportState
from .registers import REGISTERS
from .rows import IGNORED, head_key, is_example
from .tables_text import letters, shown

_PREVIEW = 3  # rows
_MATCHES = 50  # shown at a time
_BY_LINE = (pages.Key("line"), pages.Key("id"))
# those that somebody must decide, known only by a like name, before those known by their code
_BY_NEED = (pages.Key("how", descending=True), *_BY_LINE)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the file: its head as typed, what it is taken for, what stands below."""

    place: int
    letters: str
    name: str
    key: str
    is_unknown: bool  # it says something, and nobody knows what
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Wrong:
    fault: ImportFault
    wrong: str
    advice: str


@dataclass(frozen=True, slots=True)
class Known:
    match: ImportMatch
    choices: Sequence[tuple[str, str]]
    address: str

    @property
    def is_namesake(self) -> bool:
        """The name is the same to the letter; only the code is another."""
        return self.match.how == "name" and _but_code(self.match.title) == _but_code(
            self.match.existing
        )


def _but_code(title: str) -> str:
    return title.rpartition(" ")[0]


@login_required
@require_GET
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """One import, by how far it has come."""
    imported = queries.import_visible(import_id, request.actor)
    context: dict[str, Any] = {
        "page_title": _("导入%(kind)s") % {"kind": imported.get_kind_display()},
        "phone_sub": imported.file_name,
        "back_url": reverse("importing:imports"),
        "imported": imported,
    }
    if imported.is_at_work:
        name, more = "progress", _progress(imported)
    elif imported.state == ImportState.MATCHING or (
        imported.state == ImportState.CHECKED and request.GET.get("step") == "columns"
    ):
        name, more = "columns", _columns(request.GET, imported)
    elif imported.state == ImportState.CHECKED:
        name, more = "report", _report(request, imported)
    else:
        name, more = "result", _result(imported)
    return render(request, f"importing/{name}.html", context | more)


@login_required
@require_GET
def progress_part(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far the job is: fetched now and then; when it is done the page comes again."""
    imported = queries.import_visible(import_id, request.actor)
    if not imported.is_at_work:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("importing:import", args=[import_id])
        return answer
    return render(
        request, "importing/_progress.html", {"imported": imported, **_progress(imported)}
    )  # fmt: skip


def _progress(imported: Import) -> dict[str, Any]:
    said = progress.of(imported.pk)
    done = said.done if said else 0
    phase = said.phase if said else "queued"
    if phase == "queued" and queries.others_at_work(imported).exists():
        phase = "waiting"
    total = (said.total if said else 0) or imported.rows
    return {
        "phase": phase,
        "done": done,
        "total": total,
        "percent": min(100, round(100 * done / total)) if total else 0,
    }


def _columns(query: Mapping[str, str], imported: Import) -> dict[str, Any]:
    columns = REGISTERS[imported.kind].columns_on(timezone.localdate())
    rows = [
        (line, cells)
        for line, cells in store.first_rows(imported.pk, _PREVIEW + 1, imported.head_line)
        if not is_example(cells)
    ][:_PREVIEW]
    sent_back = any(name.startswith("c") and name[1:].isdecimal() for name in query)
    heads = [
        Head(
            place=place,
            letters=letters(place),
            name=name,
            key=query.get(f"c{place}", "") if sent_back else key,
            is_unknown=bool(name) and not key and head_key(name) not in IGNORED,
            samples=[
                shown(cells[place])[:60] if place < len(cells) else "" for _line, cells in rows
            ],
        )
        for place, (name, key) in enumerate(zip(imported.head, imported.matching, strict=True))
    ]
    found = set(imported.matching)
    return {
        "heads": heads,
        "columns": [(one.key, one.label, one.is_required) for one in columns],
        "missing": [one.label for one in columns if one.is_required and one.key not in found],
        "unknown": [head for head in heads if head.is_unknown],
        "lines": [line for line, _cells in rows],
    }


def _report(request: HttpRequest, imported: Import) -> dict[str, Any]:
    listed = queries.faults_of(imported)
    page = pages.keyset_page(listed, _BY_LINE, request.GET.get("fault", ""), size=100)
    known = pages.keyset_page(
        queries.matches_of(imported), _BY_NEED, request.GET.get(pages.AFTER, ""), size=_MATCHES
    )
    _note_reading(request, imported, known.rows)
    enterprises = imported.kind == "enterprises"
    return {
        "faults": [Wrong(one, *wording.words(one.reason, one.details)) for one in page.rows],
        "faults_next": pages.address(request, fault=page.next_cursor) if page.next_cursor else None,
        "faults_first": None if page.is_first else pages.address(request, fault=None),
        "listed": listed.count(),
        "known": [
            Known(
                match,
                [(choice.value, choice.label) for choice in queries.offered(match.how)],
                reverse("registry:enterprise", args=[match.existing_id]) if enterprises else "",
            )
            for match in known.rows
        ],
        "known_foot": {
            "text": "",
            "next_url": pages.address(request, **{pages.AFTER: known.next_cursor})
            if known.next_cursor
            else None,
            "first_url": None if known.is_first else pages.address(request, **{pages.AFTER: None}),
        },
        "after": request.GET.get(pages.AFTER, ""),
        "undecided": queries.undecided(imported).count(),
        "merging": queries.matches_of(imported).filter(choice=Choice.MERGE).count(),
        "by_code": queries.matches_of(imported).filter(how="code").exists(),
        "is_there": store.is_there(imported.pk),
        # the mended file is handed in from here
        "form": BeginForm(kinds=[imported.kind]) if imported.faults else None,
        "may_confirm": not imported.faults and bool(imported.fresh or imported.known),
    }


def _note_reading(request: HttpRequest, imported: Import, shown: Sequence[ImportMatch]) -> None:
    """What stands in the register of persons is shown beside what the file says of them."""
    if imported.kind in (ImportKind.CONTACTS, ImportKind.OFFICERS):
        what, kind, count = "phone", imported.kind.removesuffix("s"), len(shown)
        of = [f"{kind}:{match.existing_id}" for match in shown]
    elif imported.kind == ImportKind.ENTERPRISES:
        named = str(_("法定代表人"))
        what, of = "legal_person", []
        count = sum(
            label == named and bool(old) for one in shown for label, old, _new in one.changes
        )
    else:
        return
    reading.note(
        actor=request.actor, at=timezone.now(), subject=imported.kind, what=what, count=count,
        address=address_of(request), of=of,
    )  # fmt: skip


def _result(imported: Import) -> dict[str, Any]:
    done = imported.state == ImportState.DONE
    return {
        "obstacles": entries.obstacles(imported) if done else [],
        "skipped": max(imported.rows - imported.made - imported.changed, 0)
        if imported.kind != "indicators"
        else None,
        "next": _next(imported),
    }


def _next(imported: Import) -> list[tuple[str, str]]:
    """Where one goes on from what was brought in, the nearest first: addresses with their words."""
    match imported.kind:
        case "officers":
            return [(reverse("organisation:directory"), _("看名录"))]
        case "links":
            return [
                (reverse("linking:board"), _("看挂钩覆盖")),
                (reverse("linking:round_new"), _("拟新一轮")),
            ]
    return [(reverse("registry:enterprises"), _("看名录"))]


@login_required
@require_GET
def faults(request: HttpRequest, import_id: int) -> HttpResponse:
    """The file again, with what is wrong beside each row: mended there, it is handed in again."""
    imported = queries.import_visible(import_id, request.actor)
    if not store.is_there(import_id):
        raise Http404
    file = sheets.temporary()
    workbooks.with_faults(file, imported)
    stem = imported.file_name.rsplit(".", 1)[0]
    return sheets.download(file, _("%(name)s-检查结果.xlsx") % {"name": stem})
