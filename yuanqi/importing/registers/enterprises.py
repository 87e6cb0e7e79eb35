"""Enterprises: by their code; those known only by a like name are shown, never guessed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry import acts, industry
from yuanqi.registry.models import Credit, Enterprise, EnterpriseGroup, EnterpriseSearch, Standing

from .. import cells
from ..cells import Bad
from ..models import Choice, ImportKind
from ..rows import Column, Match, Row, RowReader
from . import base
from .base import Register
from .names import core, name_key, short

_CURRENCIES = {"人民币": "CNY", "元": "CNY", "rmb": "CNY", "美元": "USD", "欧元": "EUR",
               "日元": "JPY", "港元": "HKD", "港币": "HKD", "英镑": "GBP",
               "新加坡元": "SGD"}  # fmt: skip
_CODES = {code: code for code in ("CNY", "USD", "EUR", "JPY", "HKD", "GBP", "SGD", "KRW", "CHF")}


_normal = lru_cache(maxsize=4096)(industry.normal)


def industry_code(cell: Any) -> str:
    found = _normal(cells.text_of(cell))
    if found is None:
        raise Bad("industry-unknown")
    return found


def _group_reader() -> Any:
    known: dict[str, EnterpriseGroup] | None = None

    def read(cell: Any) -> EnterpriseGroup:
        nonlocal known
        if known is None:
            known = {cells.fold(one.name): one for one in EnterpriseGroup.objects.all()}
        found = known.get(cells.fold(cells.text_of(cell)))
        if found is None:
            raise Bad("unknown-group")
        return found

    return read


class EnterpriseRegister(Register):
    kind = ImportKind.ENTERPRISES
    model = Enterprise
    along: Mapping[type[Model], str] = {EnterpriseSearch: "enterprise_id"}

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._by_name: dict[str, int] | None = None
        self._by_core: dict[str, int] = {}
        self._codes: dict[str, tuple[int, str]] = {}  # seen in this file: line, name
        self._names: dict[str, tuple[int, str]] = {}  # line, code
        self.merges: list[tuple[Enterprise, Enterprise]] = []  # the old row, the one it goes into

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        text = cells.text
        return [
            Column("uscc", _("统一社会信用代码"), cells.code, True,
                   ("信用代码", "社会信用代码", "企业代码", "代码", "uscc"),
                   "91320594MA1YQ0001X", _("18 位，按营业执照；列要设成文本格式"), 22),
            Column("name", _("企业名称"), text(100), True,
                   ("企业全称", "全称", "单位名称", "公司名称", "名称", "企业", "name"),
                   "云泽示例精密制造有限公司", _("按营业执照的全称，最多 100 字"), 34),
            Column("short_name", _("简称"), text(30), False, ("企业简称", "short name"),
                   "示例精密", _("列表里用；空着就从全称里取"), 14),
            Column("name_en", _("英文名称"), text(160), False, ("英文名", "english name"),
                   "Example Precision Co., Ltd.", "", 28),
            Column("industry", _("行业"), text(60), False, ("所属行业", "行业名称", "industry"),
                   "精密零部件", _("企业自己的说法"), 16),
            Column("industry_code", _("行业代码"), industry_code, False,
                   ("国民经济行业代码", "gb/t 4754", "industry code"),
                   "C3484", _("GB/T 4754-2017，门类字母加两到四位数字"), 12),
            Column("is_industrial", _("工业企业"), cells.yes_or_no, False,
                   ("是否工业企业", "是否工业", "industrial"), _("是"), _("是或否；空着算是"), 10),
            Column("area", _("片区"), base.area_reader(), False, ("所属片区", "园区", "area"),
                   "", _("片区的名称，要先登记"), 12),
            Column("address", _("地址"), text(120), False,
                   ("注册地址", "住所", "经营地址", "address"), "云泽高新区示例路 1 号", "", 30),
            Column("registered_on", _("成立日期"), cells.day(today), False,
                   ("注册日期", "成立时间", "注册时间", "registered on"),
                   "2019-04-18", _("年在最前，例如 2019-04-18"), 12),
            Column("standing", _("经营状态"), cells.choice(dict(Standing.choices), {
                       "存续": Standing.ACTIVE, "开业": Standing.ACTIVE, "正常": Standing.ACTIVE,
                       "停产": Standing.SUSPENDED, "停业": Standing.SUSPENDED,
                       "迁出": Standing.MOVED, "注销": Standing.CANCELLED}), False,
                   ("状态", "登记状态", "status"), str(Standing.ACTIVE.label),
                   "、".join(str(label) for label in Standing.labels), 10),
            Column("credit", _("信用等级"), cells.choice(dict(Credit.choices)), False,
                   ("信用评级", "credit"), "A", "A、B、C、D", 10),
            Column("legal_person", _("法定代表人"), text(40), False,
                   ("法人", "法人代表", "负责人", "legal person"), "示例甲", "", 12),
            Column("capital", _("注册资本（万元）"), cells.number(12, 2), False,
                   ("注册资金", "注册资本", "capital"), "5000", _("万元，只填数字"), 14),
            Column("currency", _("币种"), cells.choice(_CODES, _CURRENCIES), False,
                   ("注册资本币种", "currency"), "CNY", _("空着算人民币"), 8),
            Column("group", _("所属集团"), _group_reader(), False, ("集团", "group"),
                   "", _("集团的名称，要先登记"), 16),
            Column("scope", _("经营范围"), text(5000), False, ("scope",), "", "", 30),
            Column("website", _("网址"), cells.website, False, ("网站", "官网", "website"),
                   "", "", 20),
        ]  # fmt: skip

    @classmethod
    def stream_of(cls, row: Any) -> str:
        return str(row.stream)

    @classmethod
    def enterprise_of(cls, row: Any) -> int | None:
        return cast(int, row.pk)

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        known = self._known([row.values["uscc"] for row in rows if "uscc" in row.values])
        alike: list[tuple[Row, int]] = []
        for row in rows:
            code, name = row.values.get("uscc"), row.values.get("name")
            key = name_key(name) if name else ""
            if code and self._is_twice(row, reader, code, key, name or ""):
                continue
            found = known.get(code) if code else None
            if found is not None:
                if found.merged_into is not None:
                    into = found.merged_into
                    reader.blame(row, "uscc", "merged-enterprise", name=into.name, code=into.uscc)
                elif not row.faults:
                    row.match = self._match("code", found, row)
            elif key and not row.faults and (like := self._like(key)):
                alike.append((row, like))
        self._show_alike(alike)

    def _is_twice(self, row: Row, reader: RowReader, code: str, key: str, name: str) -> bool:
        if (seen := self._codes.get(code)) is not None:
            reader.blame(row, "uscc", "twice-code", line=seen[0], other=seen[1] or "—")
            return True
        self._codes[code] = (row.line, name)
        if not key:
            return False
        if (seen := self._names.get(key)) is not None:
            reader.blame(row, "name", "twice-name", line=seen[0], other=seen[1])
            return True
        self._names[key] = (row.line, code)
        return False

    @staticmethod
    def _known(codes: Iterable[str]) -> dict[str, Enterprise]:
        found = Enterprise.objects.select_related("merged_into", "area", "group")
        return {one.uscc: one for one in found.filter(uscc__in=list(codes))}

    def _like(self, key: str) -> int | None:
        """The enterprise of the register that has this name, or one that differs only in place
        and legal form."""
        if self._by_name is None:
            self._by_name = {}
            named = Enterprise.objects.filter(merged_into__isnull=True).values_list("pk", "name")
            for pk, name in named.order_by("-pk").iterator(chunk_size=5000):
                known = name_key(name)
                self._by_name[known] = pk
                if inner := core(known):
                    self._by_core[inner] = pk
        if not self._by_name:
            return None
        return self._by_name.get(key) or self._by_core.get(core(key))

    def _show_alike(self, alike: Sequence[tuple[Row, int]]) -> None:
        if not alike:
            return
        wanted = Enterprise.objects.select_related("area", "group")
        found = wanted.in_bulk([pk for _row, pk in alike])
        for row, pk in alike:
            row.match = self._match("name", found[pk], row)

    def _match(self, how: str, found: Enterprise, row: Row) -> Match:
        values, changes = base.difference(found, row.values, self.columns)
        return Match(
            how=how,
            row=found,
            label=f"{found.name} {found.uscc}",
            title=f"{row.values.get('name', '')} {row.values.get('uscc', '')}",
            values=values,
            changes=changes,
        )

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        match = row.match
        if match is None or choice in (Choice.NEW, Choice.MERGE):
            values = row.values
            if not values.get("short_name"):
                values["short_name"] = short(values["name"])
            made = acts.enterprise(bulk, actor=actor, at=at, **values)
            self.made(made)
            if match is not None and choice == Choice.MERGE:
                self.merges.append((cast(Enterprise, match.row), made))
        elif choice == Choice.UPDATE and match.values:
            known = cast(Enterprise, match.row)
            before = base.before_of(known, match.values)
            acts.enterprise_change(bulk, known, actor=actor, at=at, **match.values)
            self.changed(known, before)

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        values = base.fields_from(Enterprise, before)
        acts.enterprise_change(bulk, cast(Enterprise, row), actor=actor, at=at, **values)
