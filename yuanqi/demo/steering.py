"""The four lists of the demo park: three months of them, their service plans. Fictional.

The running month is left for staff to confirm, those before are confirmed.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from yuanqi.conditions.models import Condition
from yuanqi.foundation.actors import SYSTEM
from yuanqi.registry.indicators import months_before
from yuanqi.steering import operations
from yuanqi.steering.lists import CODES, DECLINE, FAST_GROWING, KEY_CORE, KIND, NEW_GROWTH
from yuanqi.steering.models import Entry, Plan, Ruling

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
        if back:
            past = Entry.objects.filter(sheet__in=made, is_on=True)
            past.update(ruling=Ruling.CONFIRMED, ruled_at=now - timedelta(days=(today - on).days))
