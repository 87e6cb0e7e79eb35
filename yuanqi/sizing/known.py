"""The size class as a fact that rules, lists and policies read.

What is worked out from the figures counts: the method leaves nothing to be chosen. What somebody
states (in a declaration, with evidence) counts only while the figures say nothing, and only once a
department has confirmed it; where the two differ, the enterprise's page shows both.
"""

from collections.abc import Collection, Mapping
from datetime import date

import polars as pl
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yuanqi.registry.facts import FactField, Origin, Provider
from yuanqi.registry.facts.fields import ANYBODY
from yuanqi.registry.facts.reading import among, frame_of

from .models import EnterpriseSize, SizeClass
from .thresholds import SOURCE

COMPUTED, STATED, SIZE = "size_class_computed", "size_class_stated", "size_class"
# what people write for each class
WORDS: Mapping[str, tuple[str, ...]] = {
    "large": ("大型", "大型企业", "large"),
    "medium": ("中型", "中型企业", "medium"),
    "small": ("小型", "小型企业", "small"),
    "micro": ("微型", "微型企业", "micro"),
}
_MEANING = "large 大型、medium 中型、small 小型、micro 微型。"
_MEANING_EN = "large, medium, small or micro."


def _read() -> str:
    branches = " ".join(
        f"WHEN {STATED} IN ({', '.join(repr(one) for one in words)}) THEN '{code}'"
        for code, words in WORDS.items()
    )
    return f"COALESCE({COMPUTED}, CASE {branches} END)"


DECLARED = FactField(STATED, "string", "申报的企业规模", "Size class as declared", group="stated",
          stated_by=ANYBODY, valid_days=550,
          meaning_zh="申报材料上的规模：大型、中型、小型或微型。能算出时以划型结果为准。",
          meaning_en="As declared: large, medium, small or micro. Where the figures give a "
                     "class, theirs counts.")  # fmt: skip
FIELDS = (
    FactField(COMPUTED, "string", "划型结果", "Size class by the figures", group="profile",
              meaning_zh=f"按划型规则算出：{_MEANING}", meaning_en=_MEANING_EN, basis=SOURCE),
    DECLARED,
    FactField(SIZE, "string", "企业规模", "Size class", group="profile", basis=SOURCE,
              meaning_zh=f"有划型结果用划型结果，没有用经确认的申报：{_MEANING}",
              meaning_en="By the figures, else as declared and confirmed: " + _MEANING_EN,
              formula=_read()),
)  # fmt: skip

_SQL = """
SELECT enterprise_id, size FROM enterprise_size
WHERE size <> '' AND {among} ORDER BY enterprise_id
"""


def class_of(said: str | None) -> str:
    """The class that a statement means; empty for none, and for other words."""
    return next((code for code, words in WORDS.items() if said in words), "")


def label_of(size: str) -> str:
    return str(SizeClass(size).label) if size else ""


def _frame(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
    narrowed, parameters = among("enterprise_id", enterprises)
    columns = {"enterprise": pl.Int64, COMPUTED: pl.String}
    return frame_of(_SQL.format(among=narrowed), columns, parameters)


def _origins(enterprise_id: int, on: date) -> Mapping[str, Origin]:
    row = EnterpriseSize.objects.filter(pk=enterprise_id).first()
    if row is None:
        return {}
    decided_on = timezone.localdate(row.decided_at)
    return {COMPUTED: Origin(decided_on, url=reverse("registry:profile", args=[enterprise_id]))}


PROVIDER = Provider("sizing", _("划型规则"), (COMPUTED,), _frame, _origins)
