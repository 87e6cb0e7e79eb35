"""The access log: who read whose personal data. Reading it is noted too."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import sheets
from yuanqi.foundation.models import Account
from yuanqi.foundation.pages import AFTER, address, count_of, foot, keyset_page
from yuanqi.foundation.sheets import Column

from .. import erasing, operations, queries, reading, subjects, words
from ..erasing import Person
from ..forms import Span, WhomForm
from ..models import AccessRead

XLSX = "xlsx"


@login_required
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """The log, the newest first; of one person, of one reader, of some days; or as a workbook."""
    queries.require_auditor(request.actor)
    person = _person(request.GET)
    who, reader = _reader(request.GET)
    span = Span.read(request.GET)
    found = queries.readings_visible_to(request.actor).filter(span.condition)
    if person is not None:
        found = found.filter(queries.of_person(person))
    if who:
        found = found.filter(account_id=reader or 0)
    if request.GET.get("export") == XLSX:
        return _export(request, found, person)
    page = keyset_page(found.select_related("account"), queries.NEWEST_FIRST, _after(request))
    count = count_of(found)  # before this look at it becomes one more
    if person is not None:
        _note(request, person.stream, "access_log", 1, [person.stream])
    context = {
        "page_title": _("查阅记录"),
        "rows": _rows(page.rows),
        "page": page,
        "foot": foot(request, page, count),
        "person": person,
        "who": who,
        "span": span,
        "form": WhomForm(),
        "all_url": address(request, person=None, **{AFTER: None}),
        "clear_url": reverse("audit:readings"),
        "is_narrowed": bool(person or who or span != Span(None, None)),
        "export_url": address(request, export=XLSX, **{AFTER: None}),
    }
    return render(request, "audit/readings.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def whom(request: HttpRequest) -> HttpResponse:
    """Find whom a number or a name means; a number stands in no address.

    Whoever comes back to the address of the choice finds the way to ask again.
    """
    queries.require_auditor(request.actor)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("audit:readings"), status=303)
    form = WhomForm(request.POST)
    if not form.is_valid():
        return _choose(request, form, [], status=422)
    people = queries.persons_found(form.cleaned_data["q"], request.actor)
    if len(people) != 1:
        return _choose(request, form, people)
    return HttpResponseRedirect(_url(people[0]), status=303)


def _choose(
    request: HttpRequest, form: WhomForm, people: Sequence[Person], *, status: int = 200
) -> HttpResponse:
    context = {
        "page_title": _("找谁的查阅记录"),
        "back_url": reverse("audit:readings"),
        "form": form,
        "people": [(person, _url(person)) for person in people],
    }
    return render(request, "audit/whom.html", context, status=status)


def _url(person: Person) -> str:
    return f"{reverse('audit:readings')}?person={person.stream}"


def _person(query: QueryDict) -> Person | None:
    kind, _colon, number = query.get("person", "").partition(":")
    if not number.isdecimal() or len(number) > 18:
        return None
    return erasing.find(kind, int(number))


def _reader(query: QueryDict) -> tuple[str, int | None]:
    who = query.get("who", "").strip()[:64].replace("\0", "")
    return who, Account.objects.filter(username=who).values_list("pk", flat=True).first()


def _after(request: HttpRequest) -> str:
    return request.GET.get(AFTER, "")


def _note(request: HttpRequest, subject: str, what: str, count: int, of: Sequence[str]) -> None:
    reading.note(
        actor=request.actor, at=timezone.now(), subject=subject, what=what, count=count, of=of,
        address=request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip


def _rows(found: Sequence[AccessRead]) -> list[dict[str, Any]]:
    names = subjects.names_of(row.subject for row in found)
    return [
        {
            "row": row,
            "who": row.account.username,
            "what": words.read_label(row.what),
            "subject": words.subject_label(row.subject, names[row.subject]),
        }
        for row in found
    ]


def _export(
    request: HttpRequest, found: QuerySet[AccessRead], person: Person | None
) -> HttpResponse:
    at = timezone.now()
    sheets.refuse_too_many(sheets.size_of(found))
    columns = [
        Column(_("时间"), 18, "at"), Column(_("谁"), 18), Column(_("看了什么"), 18),
        Column(_("对象"), 18), Column(_("名称"), 28), Column(_("几个值"), 8, "number"),
        Column(_("地址"), 18),
    ]  # fmt: skip
    target = sheets.temporary()
    count = operations.export(
        target=target, what="access_log", title=_("查阅记录"), columns=columns,
        rows=_told(found), actor=request.actor, at=at,
    )  # fmt: skip
    subject = person.stream if person else "access_log"
    _note(request, subject, "access_export", count, [person.stream] if person else [])
    return sheets.download(target, f"access-log-{timezone.localdate(at):%Y%m%d}.xlsx")


def _told(found: QuerySet[AccessRead]) -> Iterator[tuple[Any, ...]]:
    ordered = found.select_related("account")
    for some in queries.in_parts(ordered.order_by(*(key.ordering for key in queries.NEWEST_FIRST))):
        for told in _rows(some):
            row = told["row"]
            yield (
                row.at, told["who"], told["what"], row.subject, told["subject"], row.count,
                row.address,
            )  # fmt: skip
