"""A kind of rules of the tests' own: the service centre drafts, heads and leaders confirm."""

from datetime import date

import polars as pl
import pytest

from tests.people import BEFORE, Zone
from yuanqi.conditions import kinds, shipping
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.kinds import Kind
from yuanqi.conditions.models import Condition
from yuanqi.domain.rules import Field, Schema
from yuanqi.foundation.actors import Role

SCHEMA = Schema(
    {
        field.name: field
        for field in (
            Field("rd", "number", "万元", {"zh": "研发费用", "en": "R&D expense"}),
            Field("revenue", "number", "万元", {"zh": "营业收入", "en": "revenue"}),
            Field("capital", "number", "元", {"zh": "注册资本", "en": "registered capital"}),
            Field("staff", "number", "人", {"zh": "从业人员", "en": "staff"}),
            Field("is_high_tech", "boolean", None, {"zh": "高新技术企业", "en": "high-tech"}),
            Field("industry", "string", None, {"zh": "行业", "en": "industry"}),
            Field("founded", "date", None, {"zh": "成立日期", "en": "founded"}),
            Field("AS_OF", "date", None, {"zh": "判断日", "en": "day of judgement"}),
        )
    }
)
TEXT = "revenue >= 20000"
DAY = date(2026, 11, 2)


def rows(zone: Zone) -> list[dict[str, object]]:
    """松濑 sells for 18,000 and 禾屿 for 30,000, of which it spends 2,000 on research."""
    return [
        {"enterprise": zone.enterprise.pk, "revenue": 18_000.0, "rd": None, "staff": 0.0},
        {"enterprise": zone.stranger.enterprise_id, "revenue": 30_000.0, "rd": 2_000.0,
         "staff": 120.0},
    ]  # fmt: skip


_frame: list[pl.DataFrame] = []


def define() -> Kind:
    kind = Kind(
        code="trial",
        name="试行清单",
        may_draft=lambda actor: actor.has(Role.CENTRE, Role.HANDLER),
        may_confirm=lambda actor: actor.has(Role.CENTRE, Role.LEADER),
        drafters="服务中心",
        confirmers="分管领导",
        schema=schema,
        frame=frame,
    )
    kinds.define(kind)
    shipping.ship(
        "trial", "large", {"zh": "大企业", "en": "Large enterprises"}, TEXT, "试行办法第三条"
    )
    return kind


def schema() -> Schema:
    return SCHEMA


def frame() -> tuple[date, pl.DataFrame]:
    return DAY, _frame[-1]


@pytest.fixture
def trial(zone: Zone):
    """The kind, with its one shipped rule in force since ever."""
    define()
    shipping.load(at=BEFORE)
    _frame.append(pl.DataFrame(rows(zone)))
    yield Condition.objects.get(kind="trial", code="large")
    _frame.clear()
    shipping.forget("trial")
    kinds.forget("trial")


@pytest.fixture
def draft() -> Draft:
    """A threshold lowered to 15,000 from the 10th, with a case that it passes."""
    return Draft(
        text="revenue >= 15000",
        valid_from=date(2026, 11, 10),
        source="试行办法（修订）第三条",
        reason="门槛过高，培育对象进不来",
        cases=[{"note": "刚好够", "facts": {"revenue": 15000}, "expected": True}],
    )
