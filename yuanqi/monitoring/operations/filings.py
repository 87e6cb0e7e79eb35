"""A return of an enterprise: kept as typed, sent, accepted, asked back, reminded of."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.formats import moment
from yuanqi.foundation.writer import DIRECT
from yuanqi.parameters import parameters
from yuanqi.registry import operations as registry
from yuanqi.registry.indicators import MEASURES
from yuanqi.registry.models import ContactPerson, Indicator

from .. import acts
from .. import parameters_defined as keys
from ..asking import thresholds
from ..known import Known, forecast_field, forecast_months, known_of
from ..models import OPEN, SENT, Filing, FilingState
from ..oddities import Before, Oddity, found
from ..queries import filing_of, filing_visible, may_fill, may_remind, require_confirmer

LONGEST = 200  # characters of a reason, a question, and of what is kept of a field
_LARGEST = Decimal(10) ** 12


class ExplainFirst(Invalid):
    """Figures that can hardly be: each needs to be put right, or a word of explanation."""

    def __init__(self, oddities: Sequence[Oddity]) -> None:
        super().__init__(_("有几个数和往常差得多，请核对，或者写一句原因。"))
        self.oddities = list(oddities)


@transaction.atomic
def filing_save(
    *,
    enterprise_id: int,
    month: date,
    typed: Mapping[str, str],
    version: int | None,
    actor: Actor,
    at: datetime,
) -> Filing:
    """Keep what was typed as a draft, by the names of the fields; nothing of it counts.

    Raises NotVisible, NotAllowed; Conflict if it has been sent, or saved by somebody meanwhile.
    """
    filing = _opened(enterprise_id, month, version, actor, at)
    draft = {
        name: kept
        for name, text in typed.items()
        if (kept := text.replace("\0", "").strip()[:LONGEST])
    }
    acts.filing_draft(DIRECT, filing, draft=draft, actor=actor, at=at)
    return filing


@transaction.atomic
def filing_send(
    *,
    enterprise_id: int,
    month: date,
    figures: Mapping[str, Decimal],
    forecasts: Mapping[date, Decimal],
    reasons: Mapping[str, str],
    version: int | None,
    actor: Actor,
    at: datetime,
) -> Filing:
    """State a month's figures and what is expected of the next; ask about what can hardly be.

    By the enterprise, or by its officer on its behalf: then they stand in the department's name.
    Raises NotVisible, NotAllowed; Invalid for a figure that is missing or can't be; ExplainFirst,
    with nothing changed, for oddities without a reason; Conflict if it has been sent already.
    """
    filing = _opened(enterprise_id, month, version, actor, at)
    known = known_of(filing)
    wanted = _wanted(known, figures)
    _check_forecasts(filing, forecasts)
    if wanted:
        registry.indicators_state(
            enterprise_id=enterprise_id, month=month, figures=wanted, actor=actor, at=at
        )
    # after the register has refused what can't be; what is asked about takes all of it back
    odd = _explained(_odd(filing, known, wanted, forecasts, at), reasons)
    acts.forecasts_state(
        DIRECT,
        enterprise=filing.enterprise,
        code=filing.round.forecast,
        values=forecasts,
        standing=known.forecasts,
        actor=actor,
        at=at,
    )
    acts.filing_send(
        DIRECT, filing, source=registry.source_of(actor), oddities=odd, actor=actor, at=at
    )
    return filing


def _opened(
    enterprise_id: int, month: date, version: int | None, actor: Actor, at: datetime
) -> Filing:
    """The filing, locked, if the actor may fill it in and it is open, as it was seen."""
    filing = filing_of(enterprise_id, month, actor)
    if not may_fill(enterprise_id, actor):
        raise NotAllowed(_("月度指标由企业自己、挂钩干部或服务中心填报。"))
    journal.lock(filing.enterprise.stream)
    filing = filing_of(enterprise_id, month, actor)
    if not filing.is_open:
        raise Conflict(
            _("%(month)s的数 %(at)s 已经交了，没有再交一次。")
            % {"month": filing.round.short, "at": _when(filing.sent_at, at)}
        )
    if version is not None and version != filing.version:
        raise Conflict(
            _("您打开这一页以后，别人存过草稿或者园区问过话。请核对后再交一次。")
        )  # fmt: skip
    return filing


def _when(told: datetime | None, at: datetime) -> str:
    zone = timezone.get_default_timezone()
    return moment(told, now=at, tz=zone) if told else ""


def _wanted(known: Known, figures: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What is to be stated: all that is asked, nothing else. Raises Invalid, Conflict."""
    settled = known.values()
    for code, value in figures.items():
        if code not in known.figures:
            raise Invalid(_("没有请您填这一项。"), code)
        if code in settled and settled[code] != value:
            raise Conflict(
                _("“%(label)s”部门刚确认过，不用再填。请刷新这一页。")
                % {"label": MEASURES[code].label}
            )
    asked = [one.code for one in known.asked]
    for code in asked:
        if code not in figures:
            raise Invalid(_("请填这一项；没有就填 0。"), code)
    return {code: figures[code] for code in asked}


def _check_forecasts(filing: Filing, forecasts: Mapping[date, Decimal]) -> None:
    asked = forecast_months(filing.round)
    for month, value in forecasts.items():
        field = forecast_field(month)
        if month not in asked:
            raise Invalid(_("没有请您填这一项。"), field)
        places = 0 if MEASURES[filing.round.forecast].is_whole else 2
        if not value.is_finite() or not 0 <= value < _LARGEST or value != round(value, places):
            raise Invalid(_("数值不对，请核对单位。"), field)


def _odd(
    filing: Filing,
    known: Known,
    figures: Mapping[str, Decimal],
    forecasts: Mapping[date, Decimal],
    at: datetime,
) -> list[Oddity]:
    """What is odd: a figure beside last month's, a forecast beside the month itself."""
    limits = thresholds(timezone.localdate(at))
    values = {**known.values(), **figures}
    before = known.before()
    odd = found(values, before, limits, asked=list(figures))
    code = filing.round.forecast
    base = before.get(code)
    # what is asked about itself is no measure of what is to come
    if code in values and code not in {one.field for one in odd}:
        base = Before(values[code], filing.round.month)
    ahead = {forecast_field(month): value for month, value in sorted(forecasts.items())}
    beside = dict.fromkeys(ahead, base) if base else {}
    return odd + found(ahead, beside, limits, asked=list(ahead))


def _explained(odd: Sequence[Oddity], reasons: Mapping[str, str]) -> list[Oddity]:
    """The oddities with what was said of each. Raises ExplainFirst if one is without."""
    told = [
        Oddity(one.field, one.rule, one.value, one.before, " ".join(reason.split())[:LONGEST])
        for one in odd
        for reason in [reasons.get(one.field, "").replace("\0", "")]
    ]
    if any(not one.reason for one in told):
        raise ExplainFirst(told)
    return told


@transaction.atomic
def filing_accept(*, filing_id: int, actor: Actor, at: datetime) -> Filing:
    """Let the figures count: confirm them in the register (where confirming is told).

    Raises NotVisible, NotAllowed also for one's own figures, Conflict if nothing waits.
    """
    filing = filing_visible(filing_id, actor)
    require_confirmer(actor, _("月度指标由部门或服务中心确认。"))
    journal.lock(filing.enterprise.stream)
    filing = filing_visible(filing_id, actor)
    if filing.state not in SENT:
        raise Conflict(_("这份填报现在不等确认，可能别人刚处理过。"))
    if _figures_of(filing).filter(confirmed_at=None, returned_at=None).exists():
        registry.indicators_confirm(
            enterprise_id=filing.enterprise_id,
            month=filing.round.month,
            source=filing.source,
            actor=actor,
            at=at,
        )
    acts.filing_accept(DIRECT, filing, actor=actor, at=at)
    return filing


@transaction.atomic
def filing_ask_back(*, filing_id: int, question: str, actor: Actor, at: datetime) -> Filing:
    """Ask what is meant: the figures go back and count no more, the form is open again.

    Raises NotVisible, NotAllowed, Invalid without a question, Conflict if nothing was sent.
    """
    filing = filing_visible(filing_id, actor)
    require_confirmer(actor, _("月度指标由部门或服务中心确认。"))
    said = " ".join(question.replace("\0", "").split())
    if not said:
        raise Invalid(_("请写明要问什么，企业会看到这句话。"), "question")
    if len(said) > LONGEST:
        raise Invalid(_("最多 %(most)s 个字。") % {"most": LONGEST}, "question")
    journal.lock(filing.enterprise.stream)
    filing = filing_visible(filing_id, actor)
    if filing.is_open:
        raise Conflict(_("这份填报现在在企业手里，不用再问。"))
    registry.indicators_return(
        enterprise_id=filing.enterprise_id,
        month=filing.round.month,
        source=filing.source,
        reason=said,
        actor=actor,
        at=at,
    )
    acts.filing_ask_back(DIRECT, filing, question=said, actor=actor, at=at)
    return filing


@transaction.atomic
def filing_remind(*, filing_id: int, actor: Actor, at: datetime) -> Filing:
    """Remind an enterprise's contacts of a return that is still open.

    By whoever confirms figures, the linked officer his own. Raises NotVisible, NotAllowed;
    Conflict if it was sent, if nobody there could read it, and within the grace after the last
    word to them (three days unless the park sets another): a nudge isn't nagging.
    """
    filing = filing_visible(filing_id, actor)
    if not may_remind(filing.enterprise_id, actor):
        raise NotAllowed(_("提醒由部门、服务中心和挂钩干部发。"))
    journal.lock(filing.enterprise.stream)
    filing = filing_visible(filing_id, actor)
    firm = filing.enterprise.label
    if not filing.is_open:
        raise Conflict(_("%(firm)s已经填了，不用提醒。") % {"firm": firm})
    last = _last_told(filing)
    grace = timedelta(days=parameters.value(keys.GRACE_DAYS, timezone.localdate(at)))
    if at < last + grace:
        raise Conflict(
            _("%(firm)s %(at)s 刚告诉过，%(until)s 起才能再提醒。")
            % {"firm": firm, "at": _when(last, at), "until": _when(last + grace, at)}
        )
    if not ContactPerson.objects.filter(
        enterprise=filing.enterprise_id, is_active=True, account__isnull=False
    ).exists():
        raise Conflict(_("%(firm)s没有能登录的联系人，请打电话。") % {"firm": firm})
    acts.filing_remind(
        DIRECT, filing, step=0, to_contacts=True, to_officer=False, actor=actor, at=at
    )
    return filing


def _last_told(filing: Filing) -> datetime:
    """When its contacts last heard of it: asked, reminded, or asked back."""
    told = [filing.round.opened_at, filing.reminded_at]
    if filing.state == FilingState.ASKED:
        told.append(filing.judged_at)
    return max(one for one in told if one is not None)


@transaction.atomic
def filings_follow(*, enterprise_id: int, month: date, actor: Actor, at: datetime) -> bool:
    """Bring a filing in line with what became of its figures in the register.

    What a department sent back there is asked back here; what is confirmed is accepted; what a
    department stated and confirmed whole, nobody needs to send. False if it stood so already.
    """
    filing = filing_of(enterprise_id, month, actor)
    journal.lock(filing.enterprise.stream)
    filing = filing_of(enterprise_id, month, actor)
    if filing.source and filing.state not in OPEN:
        sent_back = _figures_of(filing).filter(returned_at__isnull=False).order_by("code").first()
        if sent_back is not None:
            acts.filing_ask_back(
                DIRECT, filing, question=sent_back.return_reason, actor=actor, at=at
            )
            return True
    known = known_of(filing)
    if filing.state == FilingState.ACCEPTED or known.asked:
        return False
    acts.filing_accept(DIRECT, filing, actor=actor, at=at)
    return True


def _figures_of(filing: Filing) -> QuerySet[Indicator]:
    return Indicator.objects.filter(
        enterprise=filing.enterprise_id, month=filing.round.month, source=filing.source
    )
