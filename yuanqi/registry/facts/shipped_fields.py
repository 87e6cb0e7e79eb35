"""The facts that ship with the register: of the profile, of the monthly figures, and stated ones.

What is measured by the month (`registry.indicators`) gives, for each measure, this month's figure,
those of the last quarter and of the last twelve months, each beside the same of a year before, and
formulas over them. "This month" is the newest month known, of the last three that are over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..indicators import MEASURES
from .fields import ANYBODY, DEPARTMENT, FactField, define

GROUPS: Mapping[str, tuple[str, str]] = {
    "profile": ("基本情况", "Profile"),
    "titles": ("资质称号", "Titles"),
    "projects": ("项目投资", "Projects"),
    "output": ("产值", "Output"),
    "revenue": ("营业收入", "Revenue"),
    "tax": ("税收", "Tax"),
    "staff": ("从业人员", "Staff"),
    "power": ("用电", "Power"),
    "rd": ("研发", "R&D"),
    "exports": ("出口", "Exports"),
    "investment": ("投资", "Investment"),
    "stated": ("填报事项", "Stated facts"),
    "own": ("园区自定", "The park's own"),
    "other": ("其他", "Other"),
}
ENGLISH = {
    "output": "output",
    "revenue": "revenue",
    "tax": "tax",
    "staff": "staff",
    "power": "power use",
    "rd": "R&D expense",
    "exports": "exports",
    "investment": "fixed-asset investment",
}
# measures in full, and those of which the month and the year are enough
FULL = ("output", "revenue", "tax", "power")
PLAIN = ("rd", "exports", "investment")
STOCK = "staff"

PROFILE = (
    FactField("industry_section", "string", "行业门类", "Industry section", group="profile",
              meaning_zh="GB/T 4754-2017 的门类字母，如 C 为制造业。",
              meaning_en="The letter of GB/T 4754-2017: C is manufacturing."),
    FactField("industry_division", "string", "行业大类", "Industry division", group="profile",
              meaning_zh="GB/T 4754-2017 大类的两位数字，如 39。",
              meaning_en="The two digits of GB/T 4754-2017, as 39."),
    FactField("industry_group", "string", "行业中类", "Industry group", group="profile",
              meaning_zh="三位数字，如 392。", meaning_en="Three digits, as 392."),
    FactField("industry_class", "string", "行业小类", "Industry class", group="profile",
              meaning_zh="四位数字，如 3922。", meaning_en="Four digits, as 3922."),
    FactField("is_industrial", "boolean", "工业企业", "Industrial enterprise", group="profile"),
    FactField("area", "string", "片区", "Area", group="profile",
              meaning_zh="片区的代码。", meaning_en="The code of the area."),
    FactField("standing", "string", "经营状态", "Standing", group="profile",
              meaning_zh="active 在营、building 在建、suspended 停产停业、moved 已迁出、"
                         "cancelled 已注销。",
              meaning_en="active, building, suspended, moved or cancelled."),
    FactField("credit_class", "string", "信用等级", "Credit class", group="profile",
              meaning_zh="A、B、C 或 D；没有评过为未知。",
              meaning_en="A, B, C or D; unknown where it wasn't graded."),
    FactField("registered_capital", "number", "注册资本", "Registered capital", "万元",
              group="profile", meaning_zh="只含人民币的；外币的不折算，为未知。",
              meaning_en="In CNY only; foreign currencies aren't converted, and are unknown."),
    FactField("established_on", "date", "成立日期", "Established on", group="profile",
              is_fixed=True),
    FactField("is_foreign_invested", "boolean", "外商投资企业", "Foreign-invested",
              group="profile", meaning_zh="投资方中有境外的；没有登记投资方的为未知。",
              meaning_en="One of the investors is from abroad; unknown without investors."),
    FactField("foreign_share", "number", "外资比例", "Foreign share", "", group="profile",
              meaning_zh="境外投资方的持股之和，0.3 即 30 %。",
              meaning_en="Sum of the shares from abroad; 0.3 is 30 %."),
    FactField("is_in_group", "boolean", "属于集团", "Belongs to a group", group="profile"),
    FactField("floor_area", "number", "建筑面积", "Floor area", "平方米", group="profile"),
    FactField("land_area", "number", "土地面积", "Land area", "平方米", group="profile"),
)  # fmt: skip

# a fact, and what the names of the titles hold that make it true
TITLES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "is_high_tech": ("高新技术企业", "High-tech enterprise", ("高新技术企业",)),
    "is_tech_sme": ("科技型中小企业", "Technology SME", ("科技型中小企业",)),
    "is_innovative_sme": ("创新型中小企业", "Innovative SME", ("创新型中小企业",)),
    "is_srdi": ("专精特新企业", "SRDI enterprise", ("专精特新",)),
    "is_srdi_giant": ("专精特新“小巨人”", "SRDI “little giant”", ("小巨人",)),
    "is_single_champion": ("制造业单项冠军", "Manufacturing champion", ("单项冠军",)),
    "is_chain_leader": ("链主企业", "Chain leader", ("链主",)),
    "is_above_scale": ("规上企业", "Above scale", ("规上", "规模以上")),
    "is_gazelle": ("瞪羚企业", "Gazelle", ("瞪羚",)),
    "is_unicorn": ("独角兽企业", "Unicorn", ("独角兽",)),
    "is_listed": ("上市企业", "Listed company", ("上市",)),
    "is_headquarters": ("总部企业", "Headquarters", ("总部",)),
    "is_aeo_advanced": ("海关高级认证企业", "AEO advanced", ("AEO", "高级认证")),
    "is_green_factory": ("绿色工厂", "Green factory", ("绿色工厂",)),
    "has_rd_centre": (
        "有研发机构", "Has an R&D centre", ("技术中心", "工程技术研究中心", "研发中心", "研发机构"),
    ),
}  # fmt: skip
TITLE_FIELDS = (
    *(
        FactField(
            name,
            "boolean",
            zh,
            en,
            group="titles",
            meaning_zh=f"当天有效的称号中有一个的名称含{'或'.join(f'“{one}”' for one in words)}。",
            meaning_en="A title valid on the day has such a word in its name.",
        )
        for name, (zh, en, words) in TITLES.items()
    ),
    FactField("above_scale_on", "date", "升规日期", "Above scale since", group="titles",
              is_fixed=True, meaning_zh="最早一个规上称号的授予日期。",
              meaning_en="The day of the first grant."),
    FactField("titles_count", "number", "有效称号数", "Titles in force", "个", group="titles"),
)  # fmt: skip

PROJECT_FIELDS = (
    FactField("largest_investment_in_progress", "number", "在建项目最大投资额",
              "Largest investment in progress", "万元", group="projects",
              meaning_zh="已经开工、还没有投产的项目中总投资最大的一个；没有为 0。",
              meaning_en="The largest project begun and not yet in production; 0 without one."),
    FactField("investment_in_progress", "number", "在建项目总投资", "Investment in progress",
              "万元", group="projects",
              meaning_zh="已经开工、还没有投产的项目的总投资之和；没有为 0。",
              meaning_en="Sum over projects begun and not yet in production; 0 without one."),
    FactField("projects_in_progress", "number", "在建项目数", "Projects in progress", "个",
              group="projects"),
    FactField("production_on", "date", "最近投产日期", "Last put into operation",
              group="projects", is_fixed=True,
              meaning_zh="最近一个项目投产的日期。",
              meaning_en="The day on which its last project went into production."),
    FactField("construction_started_on", "date", "最近开工日期", "Last start of works",
              group="projects", is_fixed=True),
)  # fmt: skip

# what nobody's table holds: said by the enterprise with evidence, or entered by a department
STATED = (
    FactField("employees", "number", "从业人员平均数", "Average employees", "人",
              group="stated", stated_by=ANYBODY, valid_days=550, is_fixed=True,
              meaning_zh="上一年度从业人员的年平均数，划型用。",
              meaning_en="Average of the year before; decides the size class.",
              basis="中小企业划型标准规定（工信部联企业〔2011〕300号）第四条"),
    FactField("revenue_last_year", "number", "上年营业收入", "Revenue of last year", "万元",
              group="stated", stated_by=ANYBODY, valid_days=550, is_fixed=True,
              meaning_zh="上一年度审计报告中的营业收入。",
              meaning_en="Of the audited accounts of last year.",
              basis="中小企业划型标准规定（工信部联企业〔2011〕300号）第四条"),
    FactField("total_assets", "number", "资产总额", "Total assets", "万元", group="stated",
              stated_by=ANYBODY, valid_days=550, meaning_zh="上一年末资产总计。",
              meaning_en="At the end of last year.",
              basis="中小企业划型标准规定（工信部联企业〔2011〕300号）第四条"),
    FactField("rd_expense", "number", "年度研发费用", "R&D expense of the year", "万元",
              group="stated", stated_by=ANYBODY, valid_days=550,
              meaning_zh="上一年度的研发费用，以专项审计或加计扣除申报表为准。",
              meaning_en="Of last year, by the special audit or the tax return.",
              basis="高新技术企业认定管理办法（国科发火〔2016〕32号）第十一条"),
    FactField("rd_staff", "number", "研发人员数", "R&D staff", "人", group="stated",
              stated_by=ANYBODY, valid_days=550),
    FactField("high_tech_revenue", "number", "高新技术产品收入", "High-tech revenue", "万元",
              group="stated", stated_by=ANYBODY, valid_days=550,
              basis="高新技术企业认定管理办法（国科发火〔2016〕32号）第十一条"),
    FactField("new_product_revenue", "number", "新产品销售收入", "New-product revenue", "万元",
              group="stated", stated_by=ANYBODY, valid_days=550,
              meaning_zh="上一年度新产品的销售收入。",
              meaning_en="Sales of new products last year."),
    FactField("invention_patents", "number", "有效发明专利", "Invention patents", "件",
              group="stated", stated_by=ANYBODY, valid_days=730),
    FactField("utility_patents", "number", "有效实用新型专利", "Utility models", "件",
              group="stated", stated_by=ANYBODY, valid_days=730),
    FactField("capacity_use", "number", "产能利用率", "Use of capacity", "", group="stated",
              stated_by=ANYBODY, valid_days=120, meaning_zh="0.8 即 80 %。",
              meaning_en="0.8 is 80 %."),
    FactField("tax_credit_grade", "string", "纳税信用等级", "Tax credit grade", group="stated",
              stated_by=DEPARTMENT, valid_days=550, meaning_zh="A、B、M、C 或 D。",
              meaning_en="A, B, M, C or D."),
    FactField("is_dishonest", "boolean", "列入严重违法失信名单", "On the list of serious offenders",
              group="stated", stated_by=DEPARTMENT, valid_days=365),
    FactField("had_accident", "boolean", "一年内有安全或环保事故", "Accident within a year",
              group="stated", stated_by=DEPARTMENT, valid_days=365),
)  # fmt: skip

RATIOS = (
    FactField("rd_intensity", "number", "研发投入强度", "R&D intensity", "", group="rd",
              meaning_zh="近 12 个月研发费用占营业收入的比例。",
              meaning_en="R&D expense to revenue, 12 months.", formula="rd_year / revenue_year"),
    FactField("export_share", "number", "出口占比", "Export share", "", group="exports",
              meaning_zh="近 12 个月出口额占营业收入的比例。",
              meaning_en="Exports to revenue, 12 months.",
              formula="exports_year / revenue_year"),
    FactField("rd_expense_share", "number", "上年研发费用占比", "R&D share of last year", "",
              group="stated", formula="rd_expense / revenue_last_year"),
    FactField("rd_staff_share", "number", "研发人员占比", "R&D staff share", "", group="stated",
              formula="rd_staff / employees"),
    FactField("new_product_share", "number", "新产品收入占比", "New-product share", "",
              group="stated", formula="new_product_revenue / revenue_last_year"),
    FactField("months_since_established", "number", "成立月数", "Months since established", "月",
              group="profile", formula="MONTHS_BETWEEN(AS_OF, established_on)"),
    FactField("months_since_production", "number", "投产月数", "Months since operation", "月",
              group="projects", formula="MONTHS_BETWEEN(AS_OF, production_on)"),
    FactField("months_above_scale", "number", "升规月数", "Months above scale", "月",
              group="titles", formula="MONTHS_BETWEEN(AS_OF, above_scale_on)"),
    FactField("employees_known", "number", "从业人数（划型用）", "Employees for the size class",
              "人", group="stated", meaning_zh="有年平均数用年平均数，没有用近 12 个月的平均。",
              meaning_en="The stated average, else that of the last 12 months.",
              formula="COALESCE(employees, staff_average)"),
    FactField("revenue_known", "number", "营业收入（划型用）", "Revenue for the size class",
              "万元", group="stated", meaning_zh="有上年审计数用审计数，没有用近 12 个月的合计。",
              meaning_en="Last year's as audited, else that of the last 12 months.",
              formula="COALESCE(revenue_last_year, revenue_year)"),
)  # fmt: skip


# rolling figures: suffix, words, whether an amount of the past ---------------------------------

_ROLLING: Mapping[str, tuple[str, str, bool]] = {
    "month": ("当月{zh}", "{en}, month", False),
    "month_year_before": ("上年同月{zh}", "{en}, same month of last year", True),
    "month_before": ("上月{zh}", "{en}, month before", False),
    "month_before_year_before": ("上月的上年同期{zh}", "{en}, month before, last year", True),
    "quarter": ("近 3 个月{zh}", "{en}, 3 months", False),
    "quarter_year_before": ("近 3 个月的上年同期{zh}", "{en}, same 3 months of last year", True),
    "quarter_before": ("前 3 个月{zh}", "{en}, 3 months before", False),
    "quarter_before_year_before": (
        "前 3 个月的上年同期{zh}", "{en}, 3 months before, last year", True,
    ),
    "year": ("近 12 个月{zh}", "{en}, 12 months", False),
    "year_before": ("上一个 12 个月{zh}", "{en}, 12 months before", True),
}  # fmt: skip
# the rate of change: of which, against which
_RATES: Mapping[str, tuple[str, str, str, str]] = {
    "month_yoy": ("month", "month_year_before", "当月{zh}同比", "{en}, month on year"),
    "month_before_yoy": (
        "month_before", "month_before_year_before", "上月{zh}同比", "{en}, month before on year",
    ),
    "quarter_yoy": (
        "quarter", "quarter_year_before", "近 3 个月{zh}同比", "{en}, 3 months on year",
    ),
    "quarter_before_yoy": (
        "quarter_before", "quarter_before_year_before", "前 3 个月{zh}同比",
        "{en}, 3 months before on year",
    ),
    "year_yoy": ("year", "year_before", "近 12 个月{zh}同比", "{en}, 12 months on year"),
}  # fmt: skip
_OF_PLAIN = ("month", "year", "year_before")
STOCK_SUFFIXES = ("month", "year_before", "average")


STAFF = (
    FactField("staff_month", "number", "从业人数", "Staff", "人", group=STOCK,
              meaning_zh="最近一个月的从业人数。", meaning_en="Of the newest month."),
    FactField("staff_year_before", "number", "上年同月从业人数", "Staff a year before", "人",
              group=STOCK, is_fixed=True),
    FactField("staff_average", "number", "近 12 个月平均从业人数", "Staff, average of 12 months",
              "人", group=STOCK, meaning_zh="至少知道 6 个月才算。",
              meaning_en="Known where at least six months are."),
)  # fmt: skip


def rolling_names(code: str) -> tuple[str, ...]:
    """The facts that are read from a measure's months."""
    if code == STOCK:
        return tuple(f"{code}_{suffix}" for suffix in STOCK_SUFFIXES)
    if code in PLAIN:
        return tuple(f"{code}_{suffix}" for suffix in _OF_PLAIN)
    return (*(f"{code}_{suffix}" for suffix in _ROLLING), f"{code}_months_below")


def _rolling() -> Iterator[FactField]:
    for code in FULL + PLAIN:
        measure = MEASURES[code]
        words = {"zh": _chinese(code), "en": ENGLISH[code].capitalize().replace("&d", "&D")}
        unit = _UNITS[code]
        for suffix, (zh, en, is_past) in _ROLLING.items():
            if code in PLAIN and suffix not in _OF_PLAIN:
                continue
            yield FactField(
                f"{measure.code}_{suffix}", "number", zh.format(**words), en.format(**words),
                unit, group=code, is_fixed=is_past,
            )  # fmt: skip
        for suffix, (now, before, zh, en) in _RATES.items():
            if code in PLAIN and suffix != "year_yoy":
                continue
            yield _rate(
                f"{code}_{suffix}", f"{code}_{now}", f"{code}_{before}",
                zh.format(**words), en.format(**words), code,
            )  # fmt: skip
        if code in FULL:
            yield FactField(
                f"{code}_months_below", "number", f"{words['zh']}连续同比下降月数",
                f"{words['en']}: months below last year", "月", group=code,
                meaning_zh="到最近一个月为止，连续几个月低于上年同月，最多 12 个月。",
                meaning_en="How many months in a row, up to the newest, lie below the same month "
                           "of the year before; twelve at most.",
            )  # fmt: skip
    yield from STAFF
    yield _rate(
        "staff_yoy", "staff_month", "staff_year_before", "从业人数同比", "Staff on year", STOCK
    )


def _rate(name: str, now: str, before: str, zh: str, en: str, group: str) -> FactField:
    """From a base of nought or less (refunded tax) no rate follows."""
    return FactField(
        name, "number", zh, en, "", group=group,
        meaning_zh="比上年同期的变化，-0.15 即下降 15 %。",
        meaning_en="The change on the year before; -0.15 is 15 % down.",
        formula=f"CASE WHEN {before} > 0 THEN {now} / {before} - 1 END",
    )  # fmt: skip


_UNITS = {
    "output": "万元", "revenue": "万元", "tax": "万元", "staff": "人", "power": "万千瓦时",
    "rd": "万元", "exports": "万元", "investment": "万元",
}  # fmt: skip
_CHINESE = {
    "output": "产值", "revenue": "营业收入", "tax": "税收", "power": "用电量", "rd": "研发费用",
    "exports": "出口额", "investment": "固定资产投资",
}  # fmt: skip


def _chinese(code: str) -> str:
    return _CHINESE[code]


def ship() -> None:
    """Define them all (from `apps.py`)."""
    define(*PROFILE, *TITLE_FIELDS, *PROJECT_FIELDS, *_rolling(), *RATIOS, *STATED)
