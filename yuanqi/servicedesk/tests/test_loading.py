"""The shipped categories, how they reach the database, and which one a text sounds like."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from yuanqi.casework.definition import check
from yuanqi.casework.loading import shipped
from yuanqi.foundation.actors import SYSTEM, Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department
from yuanqi.servicedesk.loading import load_categories, rank, shipped_categories
from yuanqi.servicedesk.models import Category

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
DEMO_PARK = {
    "planning-construction", "safety-environment", "economy", "approval", "technology-talent",
    "social-affairs", "commerce", "service-centre",
}  # fmt: skip
LEVELS = {
    "P1": ["UTL", "SAF"],
    "P2": ["FIN", "ENV", "FIR", "PRM", "CUS", "PAY", "INS"],
    "P3": [
        "LAB", "LND", "SCH", "HOU", "TAL", "FTR", "FND", "TAX", "IPR", "LEG", "DAT", "FPE", "TWN",
    ],
    "P4": ["GRN", "TRA", "REG", "POL", "STD", "MKT", "RND", "OTH"],
}  # fmt: skip


def test_each_shipped_category_has_its_usual_level():
    by_level = {
        level: [c.code for c in shipped_categories().categories if c.level == level]
        for level in LEVELS
    }

    assert by_level == LEVELS


def test_each_category_is_led_by_a_department_that_the_demo_park_has():
    unled = [c.code for c in shipped_categories().categories if not DEMO_PARK & set(c.lead)]

    assert unled == []


def test_each_category_has_a_dozen_words_of_its_own():
    categories = shipped_categories().categories
    words = [word for category in categories for word in category.words]

    assert [c.code for c in categories if len(c.words) < 12] == []
    assert sorted(word for word in set(words) if words.count(word) > 1) == []


def test_the_shipped_limits_name_exactly_the_shipped_categories():
    definition, problems = check(shipped()["service-request"])

    assert problems == []
    assert definition is not None
    assert {limit.category for limit in definition.limits} - {""} == {
        category.code for category in shipped_categories().categories
    }


# --- ranking ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    code: str
    words: tuple[str, ...]
    position: int


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("完全无关的话", []),
        ("消防验收卡住了", ["FIR", "PRM"]),  # 消防验收 (16) over 验收 (4)
        ("验收", ["PRM"]),
        ("消防和验收", ["FIR", "PRM"]),  # 4 each: the order of the forms
        ("验收、备案，还有消防", ["PRM", "FIR"]),  # 8 over 4
        ("ERP 上不去", ["DAT"]),
        ("erp 上不去", ["DAT"]),
    ],
)
def test_longer_words_weigh_more_and_ties_keep_the_order_of_the_forms(text, codes):
    kinds = [
        Kind("PRM", ("验收", "备案"), 2),
        Kind("DAT", ("ERP",), 3),
        Kind("FIR", ("消防", "消防验收"), 1),
    ]

    assert rank(text, kinds) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("二号厂房西侧门口路面塌陷，货车绕行要多开两公里，昨天有一辆叉车陷进去。", "TRA"),
        ("我们二期上一条新产线，每天多排约 20 吨处理后的废水，要不要重新做环评？", "ENV"),
        ("厂区今天早上突然停电，三条线都停了，供电所说变压器跳闸。", "UTL"),
        ("银行贷款下月到期，货款还没收回来，想办续贷。", "FIN"),
        ("两名外籍专家的工作许可下个月到期，需要延期。", "TAL"),
        ("公司搬到二期厂房，营业执照地址变更要跑几趟？", "REG"),
        ("某大型企业拖欠货款 260 万元，已经超过账期半年。", "PAY"),
        ("春节后招不到工人，缺普工 40 名，想参加园区招聘会。", "LAB"),
        ("员工孩子九月要上小学，想问学位怎么申请。", "SCH"),
        ("车间消防验收没通过，喷淋要怎么改？", "FIR"),
        ("一批特殊物品卡在口岸，海关要求补充材料。", "CUS"),
        ("去年的技改奖励资金到现在没到账。", "FND"),
        ("一个月内来了三次检查，内容差不多，能不能合并？", "INS"),
        ("出口退税两个月了还没退下来。", "TAX"),
        ("台胞证到期，台籍员工怎么续办？", "TWN"),
        ("门口绿化带的树枝遮挡了厂牌，能修剪吗？", "GRN"),
    ],
)
def test_what_enterprises_write_is_recognised(text, code):
    kinds = [
        Kind(c.code, c.words, position)
        for position, c in enumerate(shipped_categories().categories, start=1)
    ]

    assert rank(text, kinds)[0] == code


# --- loading ------------------------------------------------------------------------------


def department(code):
    return Department.objects.create(code=code, name=code, short_name=code, name_en=code)


@pytest.mark.django_db
def test_loading_adds_every_category_with_the_lead_that_the_park_has():
    economy = department("economy")

    changed = load_categories(actor=SYSTEM, at=AT)

    assert changed == 30
    assert list(Category.objects.values_list("code", flat=True)) == [
        c.code for c in shipped_categories().categories
    ]
    fin = Category.objects.get(code="FIN")
    assert (fin.name, fin.name_en) == ("融资、续贷", "Financing, loan renewal")
    assert (fin.default_level, fin.lead, fin.source) == ("P2", economy, "园区默认，可改")
    assert "续贷" in fin.words
    assert Category.objects.get(code="CUS").lead is None
    events = JournalEvent.objects.filter(stream="categories")
    assert [(e.kind, len(e.payload["codes"])) for e in events] == [
        ("servicedesk.categories_loaded", 30)
    ]


@pytest.mark.django_db
def test_loading_again_does_nothing():
    load_categories(actor=SYSTEM, at=AT)

    assert load_categories(actor=SYSTEM, at=AT) == 0
    assert JournalEvent.objects.filter(stream="categories").count() == 1


@pytest.mark.django_db
def test_loading_again_after_a_department_came_gives_its_categories_their_lead():
    load_categories(actor=SYSTEM, at=AT)
    finance = department("finance-office")
    customs = department("customs")

    assert load_categories(actor=SYSTEM, at=AT) == 2
    assert Category.objects.get(code="FIN").lead == finance
    assert Category.objects.get(code="CUS").lead == customs
    last = JournalEvent.objects.filter(stream="categories").latest("seq")
    assert last.payload == {"codes": ["FIN", "CUS"]}


@pytest.mark.django_db
def test_only_the_system_administrator_loads_categories():
    handler = Actor(side=Side.PARK, account_id=1, roles=frozenset({Role.HANDLER.value}))

    with pytest.raises(NotAllowed):
        load_categories(actor=handler, at=AT)

    assert not Category.objects.exists()
    assert not JournalEvent.objects.exists()
