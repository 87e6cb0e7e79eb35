"""The four lists of the demo park: three months of them, their service plans. Fictional.

Of the running month some are left for staff to confirm, those before are confirmed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from yuanqi.conditions import operations as rules
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.models import Condition
from yuanqi.foundation.actors import SYSTEM, actor_for
from yuanqi.foundation.models import Account
from yuanqi.registry.indicators import months_before
from yuanqi.steering import operations
from yuanqi.steering.lists import CODES, DECLINE, FAST_GROWING, KEY_CORE, KIND, NEW_GROWTH
from yuanqi.steering.models import Entry, Move, Plan, Ruling, Sheet

MONTHS = 3
_PLANS = {
    KEY_CORE: (30, ["linked", "leader", "bureau"],
               "一企一专班，重大事项专题研究\n每季度由分管领导走访一次\n审批事项全程代办"),
    FAST_GROWING: (60, ["linked", "bureau", "finance"],
                   "优先保障用地、用能和用工\n对接银行和基金，两周内有答复\n指导申报专精特新"),
    NEW_GROWTH: (60, ["linked", "bureau"],
                 "投产手续并联办理\n新产品进政府采购和应用场景清单\n辅导入统升规"),
    DECLINE: (14, ["linked", "centre", "finance"],
              "三个工作日内上门了解情况\n梳理订单、用工、资金缺口\n对接续贷、稳岗政策"),
}  # fmt: skip
# the park's own version of a list: what the shipped rule says, and R&D that a high-tech firm states
_NEW_GROWTH = """months_above_scale <= 12 OR months_since_production <= 12
OR new_product_share > 0.1
OR is_high_tech AND rd_expense_share >= 0.06"""
_CASES = (
    {"note": "研发费用占 6.2 % 的高新技术企业", "expected": True,
     "facts": {"is_high_tech": True, "rd_expense_share": 0.062}},
    {"note": "占 5 %，不到门槛", "expected": False,
     "facts": {"is_high_tech": True, "rd_expense_share": 0.05, "new_product_share": 0.02,
               "months_above_scale": 40, "months_since_production": 30}},
)  # fmt: skip


def publish_own(at: datetime) -> None:
    """Let the centre draft the park's own version of a list, and the leader confirm it."""
    centre, leader = (
        actor_for(Account.objects.get(username=name), at) for name in ("centre", "leader")
    )
    condition = Condition.objects.get(kind=KIND, code=NEW_GROWTH)
    draft = Draft(
        text=_NEW_GROWTH, valid_from=timezone.localdate(at), cases=_CASES,
        source="云泽高新区企业梯度培育办法（试行）第九条",
        reason="研发投入大的高新技术企业，新产品常在一两年内放量，早些服务。",
    )  # fmt: skip
    row = rules.draft_submit(condition_id=condition.pk, draft=draft, actor=centre, at=at)
    rules.version_publish(
        condition_id=condition.pk, number=row.number, revision=row.revision, actor=leader, at=at
    )


def load(now: datetime) -> None:
    """Make the lists of the last months from what was known on their days."""
    today = timezone.localdate(now)
    for condition in Condition.objects.filter(kind=KIND, code__in=CODES):
        days, parts, measures = _PLANS[condition.code]
        Plan.objects.get_or_create(
            condition=condition,
            valid_to=None,
            defaults={
                "valid_from": months_before(today.replace(day=1), MONTHS + 1),
                "visit_days": days, "parts": parts, "measures": measures, "set_at": now,
            },
        )  # fmt: skip
    centre = Account.objects.get(username="centre")
    running = today.replace(day=1)
    for back in range(MONTHS - 1, -1, -1):
        month = months_before(running, back)
        on = month.replace(day=10) if back else today
        made = operations.lists_make(
            month=month,
            actor=SYSTEM,
            at=now - timedelta(days=(today - on).days),
            on=on,
            is_told=back == 0,
        )
        # in the running month staff have looked at most of those who were there before
        looked = Q() if back else Q(move=Move.STAYED) & ~Q(pk__in=_not_yet(made))
        Entry.objects.filter(looked, sheet__in=made, is_on=True).update(
            ruling=Ruling.CONFIRMED, ruled_by=centre,
            ruled_at=now - timedelta(days=(today - on).days, minutes=20),
        )  # fmt: skip


def _not_yet(made: Sequence[Sheet]) -> list[int]:
    """Every seventh of those who stayed."""
    stayed = Entry.objects.filter(sheet__in=made, move=Move.STAYED, is_on=True)
    return list(stayed.order_by("pk").values_list("pk", flat=True))[::7]
