"""Loading a park of any size: the demo park lived by the acts, the rest told again, by COPY.

The demo park is committed first; all the rest is one transaction of the owner's: a loading that
is broken off leaves nothing of it, and the next start goes on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, connections, transaction
from django.utils import timezone

from yuanqi.access.acts import open_account
from yuanqi.casework.models import Case, CaseNumber, CaseState
from yuanqi.foundation import journal, seals, subscribers
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent, SubscriberCursor
from yuanqi.insight import figures
from yuanqi.insight.facts import Cell
from yuanqi.organisation import acts as organisation
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion, Department, Officer, Rank
from yuanqi.registry.models import Enterprise, LinkRole
from yuanqi.registry.queries import links_on
from yuanqi.servicedesk import search_index

from .. import park, past
from ..accounts import PASSWORD
from ..crowd.words import drawing, people_names
from ..events import STREAM, ParkGrown, ParkOpened
from ..park import Tell
from ..size import FULL, Size
from . import forms, lives
from .firms import Firms, FirmTeller, FirstKeys, of_register, pattern
from .names import Firm, drawn
from .places import Days
from .plan import OPEN_SHARE, Choice, Wish, plan_of
from .stretches import STRETCH, stretches
from .tables import bare, copy_in, keys_taken, next_key
from .telling import Shares, Teller

YEARS = 8  # how far back the requests go
SMALLEST = Size(enterprises=70, industrial=45, ranked=26, deputies=4, requests=420, days=150)
_LIVED = 5_000  # requests lived by the acts: of as many lives the others are told
_MOST = 100_000, 1_000_000
_FIRMS_OF_ONE = 250  # enterprises that one service officer looks after, beyond the demo park's
_SERVICE = "service-"
_SEALED = 200_000  # events under a seal
_FIRMS_TABLES = ("account", "enterprise", "contact_person", "link", "journal_personal",
                 "enterprise_search")  # fmt: skip
# whose effect the loading writes itself
_CAUGHT_UP = ("figures", "search", "notices", "webhooks")


class Refused(Exception):
    """The park can't be made as wished; the message says why."""


def load(
    enterprises: int, requests: int, *, tell: Tell, at: datetime | None = None, processes: int = 2
) -> None:
    """Load a park of this size, or find it loaded. Raises Refused."""
    base = _base(enterprises, requests)
    if _is_grown(enterprises, requests, base):
        return
    now = timezone.localtime(at or timezone.now()).replace(microsecond=0)
    park.load(tell=tell, at=now, size=base)
    now = timezone.localtime(_opened().at)
    while subscribers.run_once(next(s for s in subscribers.registered() if s.name == "notices")):
        pass
    past.load(tell=tell, rest=0)
    tell("索引和统计 index and figures of the demo park")
    search_index.rebuild()
    figures.rebuild()
    connection.close()
    _Growing(enterprises, requests, now, tell, processes).grow()
    _grown(enterprises, requests)
    _sealed(tell)
    _vacuumed(tell)
    tell(f"{enterprises:,} 家企业、{requests:,} 件诉求 enterprises and requests")


def _base(enterprises: int, requests: int) -> Size:
    """The demo park within the wished one."""
    most_firms, most = _MOST
    base = FULL if enterprises >= FULL.enterprises else SMALLEST
    least = SMALLEST
    if not least.enterprises <= enterprises <= most_firms:
        raise Refused(
            f"企业数在 {least.enterprises} 到 {most_firms:,} 之间。"
            f" Between {least.enterprises} and {most_firms:,} enterprises."
        )
    if not least.requests <= requests <= most:
        raise Refused(
            f"诉求数在 {least.requests} 到 {most:,} 之间。"
            f" Between {least.requests} and {most:,} requests."
        )
    lived = min(requests, _LIVED if base is FULL else base.requests)
    return replace(base, requests=lived, opened=365 * YEARS)


def _opened() -> JournalEvent:
    return JournalEvent.objects.get(stream=STREAM, kind=ParkOpened.kind)


def _is_grown(enterprises: int, requests: int, base: Size) -> bool:
    """Whether it is there already. Raises Refused if there is another park."""
    if not Enterprise.objects.exists():
        return False
    other = Refused(
        "数据库里已经有一个园区，没有动它。换一个空的 YUANQI_VAR 再来。"
        " There is a park in this database already; it was left as it is. Use an empty YUANQI_VAR."
    )
    told = {
        event.kind: event.payload
        for event in JournalEvent.objects.filter(stream=STREAM).order_by("seq")
    }
    if ParkGrown.kind in told:
        grown = told[ParkGrown.kind]
        if (grown["enterprises"], grown["requests"]) != (enterprises, requests):
            raise other
        return True
    # broken off after the demo park: to be gone on with
    if told.get(ParkOpened.kind, {}).get("size") != asdict(base):
        raise other
    return False


@dataclass(frozen=True)
class Ground:
    """What the demo park has: who may ask, how many have asked, the last number of each month."""

    firms: Firms
    enterprises: int
    taken: set[str]  # short names
    requests: int
    standing: int
    numbers: dict[str, int]


class _Growing:
    """The rest of the park, told again."""

    def __init__(
        self, enterprises: int, requests: int, now: datetime, tell: Tell, processes: int
    ) -> None:
        self.enterprises, self.requests = enterprises, requests
        self.now, self.tell, self.processes = now, tell, processes
        self.began = timezone.localtime(_opened().at).date() - timedelta(days=365 * YEARS)

    def grow(self) -> None:
        # everything is read before: the owner holds the tables until it is done
        choices = self._choices()
        officers = self._officers()
        ground = self._ground()
        tables = sorted({*forms.COPIES, *_FIRMS_TABLES})
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            with bare(cursor, tables, self.tell):
                self._firms(cursor, ground, officers)
                shares = self._requests(cursor, choices, ground)
                keyed = [model._meta.db_table for model in forms.KEYED]
                keys_taken(cursor, [*keyed, *_FIRMS_TABLES[:-1]])
            self._followed(cursor, shares)

    def _ground(self) -> Ground:
        """What the demo park has already."""
        serving = {
            link.enterprise_id: link.officer.account_id
            for link in links_on(self.now.date())
            .filter(role=LinkRole.LEAD, officer__account__isnull=False)
            .select_related("officer")
        }
        there = Case.objects.filter(request__isnull=False)
        return Ground(
            firms=of_register(serving),
            enterprises=Enterprise.objects.count(),
            taken=set(Enterprise.objects.values_list("short_name", flat=True)),
            requests=there.count(),
            standing=there.exclude(state=CaseState.CLOSED).count(),
            numbers=dict(CaseNumber.objects.values_list("month", "last")),
        )

    # --- lives -------------------------------------------------------------------------------

    def _choices(self) -> list[Choice]:
        """The lives that may be told again, from the demo park as it stands."""
        calendar = work_calendar(CalendarVersion.objects.get(is_current=True))
        days = Days.between(self.began, self.now.date() + timedelta(days=500), calendar)
        found = []
        ids = list(Case.objects.filter(request__isnull=False).values_list("pk", flat=True))
        for told in lives.lives(ids):
            try:
                form = forms.form_of(told)
            except forms.Foreign:
                continue
            if len(set(form.opened)) > 1:
                continue
            shifts = [0]
            if not told.is_open:
                first, last, happened = lives.days_of(told)
                if not told.has_months:
                    shifts = days.shifts(first, last, happened=happened, until=self.now.date())
            at = timezone.localtime(told.cases[0].opened_at)
            found.append(
                Choice(
                    form,
                    # short lives are more frequent than long ones
                    1 / told.weight**2,
                    at.hour * 3600 + at.minute * 60 + at.second,
                    tuple(shifts),
                    told.is_open,
                )
            )
        self.tell(f"{len(found):,} 种办理过程 lives, {sum(c.is_open for c in found)} of them open")
        return found

    # --- enterprises --------------------------------------------------------------------------

    def _officers(self) -> list[tuple[int, int]]:
        """Service officers for the other enterprises; their keys and their accounts'."""
        there = Officer.objects.filter(account__username__startswith=_SERVICE)
        if there.exists():  # of a loading that was broken off
            return list(there.order_by("pk").values_list("pk", "account_id"))
        wanted = -(-(self.enterprises - Enterprise.objects.count()) // _FIRMS_OF_ONE)
        units = list(Department.objects.filter(kind=Department.Kind.BUREAU).order_by("pk"))
        names = people_names(drawing("service officers"), ())
        password = make_password(PASSWORD)
        bulk = Bulk()
        told: dict[str, Any] = {"actor": SYSTEM, "at": self.now}
        found = []
        for number in range(wanted):
            account = open_account(
                bulk, username=f"{_SERVICE}{number + 1:03d}", password=password, roles=(), **told
            )
            officer = organisation.officer(
                bulk, account=account, name=next(names), department=units[number % len(units)],
                title="企业服务专员", rank=Rank.CLERK, **told,
            )  # fmt: skip
            found.append((officer, account))
        with transaction.atomic():
            bulk.flush()
        return [(officer.pk, account.pk) for officer, account in found]

    def _firms(self, cursor: Any, ground: Ground, officers: Sequence[tuple[int, int]]) -> None:
        """Write the other enterprises; they join those that may ask."""
        firms = ground.firms
        wanted = self.enterprises - ground.enterprises
        if wanted <= 0:
            return
        fresh = list(drawn(wanted, began=self.began, until=self.now.date(), taken=ground.taken))
        at = timezone.make_aware(datetime.combine(self.began, datetime.min.time()))
        password = make_password(PASSWORD)
        linked_on = self.now.date().replace(month=1, day=1)
        keys = FirstKeys(**{table: next_key(cursor, table) for table in FirstKeys.__annotations__})
        patterns = {
            sort: pattern(is_industrial=sort, password=password, at=at, linked_on=linked_on)
            for sort in (True, False)
        }
        teller = FirmTeller(patterns, fresh, officers, keys)
        told = stretches(teller.tell, wanted, self.processes)
        for done, (tables, lexemes) in told:
            for table, data in tables.items():
                copy_in(cursor, teller.copies[table], data)
            firms.lexemes += lexemes
            self._progress("家企业 enterprises", done, wanted)
        for place, firm in enumerate(fresh):
            firms.values.append(_values(place, firm, keys, officers))
            firms.names.append(firm.short_name)
            firms.since.append(firm.registered_on.toordinal())
        keys_taken(cursor, ["journal_event"])

    # --- requests -----------------------------------------------------------------------------

    def _requests(self, cursor: Any, choices: Sequence[Choice], ground: Ground) -> Shares:
        missing = self.requests - ground.requests
        if missing <= 0:
            return Counter()
        standing = round(OPEN_SHARE * self.requests) - ground.standing
        openly = min(missing, max(0, standing))
        wish = Wish(missing - openly, openly, self.began, self.now.date())
        keys = {
            model._meta.db_table: next_key(cursor, model._meta.db_table) for model in forms.KEYED
        }
        plan, last = plan_of(choices, wish, ground.firms.since, keys, ground.numbers)
        teller = Teller([choice.form for choice in choices], plan, ground.firms)
        shares: Shares = Counter()
        for done, told in stretches(teller.tell, len(plan), self.processes):
            for table, data in told.tables.items():
                copy_in(cursor, forms.COPIES[table], data)
            shares.update(told.shares)
            self._progress("件诉求 requests", done, len(plan))
        cursor.executemany(
            "INSERT INTO case_number (month, last) VALUES (%s, %s)"
            " ON CONFLICT (month) DO UPDATE SET last = EXCLUDED.last",
            sorted(last.items()),
        )
        return shares

    def _progress(self, what: str, done: int, of: int) -> None:
        if done == of or done * 20 // of > (done - STRETCH) * 20 // of:
            self.tell(f"{done:,}/{of:,} {what}")

    # --- what follows from events -------------------------------------------------------------

    def _followed(self, cursor: Any, shares: Shares) -> None:
        """Add to the daily figures; let the followers begin behind what was written."""
        figures.add(
            Counter(
                {
                    (Cell(date.fromordinal(day), department, category), name): number
                    for (day, department, category, name), number in shares.items()
                }
            ),
            using="owner",
        )
        cursor.execute("SELECT xid, id FROM journal_event ORDER BY xid DESC, id DESC LIMIT 1")
        xid, event_id = cursor.fetchone()
        for name in _CAUGHT_UP:
            SubscriberCursor.objects.using("owner").update_or_create(
                name=name, defaults={"xid": xid, "event_id": event_id}
            )


def _values(
    place: int, firm: Firm, keys: FirstKeys, officers: Sequence[tuple[int, int]]
) -> tuple[int, int, int, str, str, int]:
    return (
        keys.enterprise + place,
        keys.contact_person + place,
        keys.account + place,
        firm.person,
        firm.short_name,
        officers[place % len(officers)][1],
    )


def _sealed(tell: Tell) -> None:
    tell("封存 seals")
    while seals.make(at=timezone.now(), most=_SEALED):
        pass


def _vacuumed(tell: Tell) -> None:
    """Statistics for the planner, and which pages all may see: else the first readers wait."""
    tell("统计信息 statistics")
    with connections["owner"].cursor() as cursor:
        for table in sorted({*forms.COPIES, *_FIRMS_TABLES, "daily_figure"}):
            cursor.execute(f'VACUUM (ANALYZE) "{table}"')
    connections["owner"].close()


@transaction.atomic
def _grown(enterprises: int, requests: int) -> None:
    journal.record(
        ParkGrown(enterprises=enterprises, requests=requests),
        stream=STREAM,
        audience=Audience.AUDIT,
        actor=SYSTEM,
        at=timezone.now(),
    )
