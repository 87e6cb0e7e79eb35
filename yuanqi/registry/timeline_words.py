"""The sentence of each event of the registers. Names come from the rows: the chain holds ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from django.db.models import Choices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from yuanqi.foundation import formats
from yuanqi.organisation.models import Officer

from . import events, fact_events
from .facts.fields import shipped
from .indicators import MEASURES
from .models import (
    Address,
    Credit,
    IndicatorSource,
    Investor,
    LinkRole,
    Stage,
    Standing,
    Title,
)

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """Who is meant by the ids of events. What is not known is left out of a sentence."""

    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    tz: tzinfo = field(default_factory=timezone.get_default_timezone)
    officers: Mapping[int, Officer] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[int, str] = field(default_factory=dict)
    projects: Mapping[int, str] = field(default_factory=dict)
    firms: Mapping[int, str] = field(default_factory=dict)

    def day(self, text: str) -> str:
        return formats.day(date.fromisoformat(text), now=self.now, tz=self.tz)

    def officer(self, payload: Payload) -> str:
        found = self.officers.get(payload["officer_id"])
        if found is None:
            return ""
        return pgettext("unit and person", "%(unit)s%(name)s") % {
            "unit": found.department.label,
            "name": found.name,
        }

    def project(self, payload: Payload) -> str:
        return self.projects.get(payload["project_id"], payload.get("name", ""))


FIELDS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("名称"), "short_name": gettext_lazy("简称"),
    "name_en": gettext_lazy("英文名"), "uscc": gettext_lazy("统一社会信用代码"),
    "industry": gettext_lazy("主营业务"),
    "industry_code": gettext_lazy("行业代码"), "is_industrial": gettext_lazy("工业企业"),
    "address": gettext_lazy("地址"), "registered_on": gettext_lazy("成立日期"),
    "group_id": gettext_lazy("集团"), "area_id": gettext_lazy("片区"),
    "standing": gettext_lazy("经营状态"), "credit": gettext_lazy("信用等级"),
    "legal_person": gettext_lazy("法定代表人"), "capital": gettext_lazy("注册资本"),
    "currency": gettext_lazy("币种"), "scope": gettext_lazy("经营范围"),
    "website": gettext_lazy("网站"), "title": gettext_lazy("职务"), "phone": gettext_lazy("电话"),
    "is_main": gettext_lazy("主要联系人"), "account_id": gettext_lazy("账号"),
    "level": gettext_lazy("级别"), "number": gettext_lazy("编号"),
    "issuer": gettext_lazy("发证单位"), "granted_on": gettext_lazy("授予日期"),
    "valid_until": gettext_lazy("有效期"), "kind": gettext_lazy("类型"),
    "country": gettext_lazy("国家或地区"), "share": gettext_lazy("持股比例"),
    "amount": gettext_lazy("出资"), "text": gettext_lazy("地址"),
    "land_area": gettext_lazy("土地面积"), "floor_area": gettext_lazy("建筑面积"),
    "is_owned": gettext_lazy("自有"), "issued_on": gettext_lazy("发证日期"),
    "file_id": gettext_lazy("文件"), "file_name": gettext_lazy("文件"),
    "code": gettext_lazy("代码"), "investment": gettext_lazy("总投资"),
    "start_on": gettext_lazy("计划开工"), "finish_on": gettext_lazy("计划竣工"),
    "content": gettext_lazy("建设内容"), "due_on": gettext_lazy("计划日期"),
    "done_on": gettext_lazy("完成日期"), "from_on": gettext_lazy("开始日期"),
    "until_on": gettext_lazy("结束日期"),
}  # fmt: skip
_CHOICES: Mapping[str, tuple[type[Choices], ...]] = {
    "standing": (Standing,),
    "credit": (Credit,),
    "level": (Title.Level,),
    "kind": (Address.Kind, Investor.Kind),
}
_QUIET = frozenset({"file_id"})  # the file's name says it
_LONGEST = 40


def _value(name: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return _("（空）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name == "group_id":
        return names.groups.get(value, "")
    if name == "area_id":
        return names.areas.get(value, "")
    for choices in _CHOICES.get(name, ()):
        if value in choices.values:
            return str(dict(choices.choices)[value])
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def changes(payload: Payload, names: Names) -> str:
    """Which fields went from what to what; a personal one by its name alone."""
    told = [
        _("%(field)s %(before)s → %(after)s")
        % {
            "field": FIELDS.get(name, name),
            "before": _value(name, before, names),
            "after": _value(name, payload["after"].get(name), names),
        }
        for name, before in payload["before"].items()
        if name not in _QUIET
    ]
    hidden = {key.removesuffix("_before").removesuffix("_after") for key in payload["personal"]}
    told += [str(FIELDS.get(name, name)) for name in sorted(hidden)]
    return _("，").join(told)


def _registered(payload: Payload, _names: Names) -> str:
    return _("登记入册，代码 %(code)s") % {"code": payload["uscc"]}


def _changed(payload: Payload, names: Names) -> str:
    before, after = payload["before"], payload["after"]
    if set(before) == {"group_id"} and not payload["personal"]:
        if after["group_id"] is None:
            return _("退出%(group)s") % {"group": _value("group_id", before["group_id"], names)}
        return _("加入%(group)s") % {"group": _value("group_id", after["group_id"], names)}
    return _("修改基本情况：%(changes)s") % {"changes": changes(payload, names)}


def _merged(payload: Payload, names: Names) -> str:
    return _("重复的档案并入%(firm)s") % {"firm": names.firms.get(payload["into_id"], "")}


def _contact_added(payload: Payload, names: Names) -> str:
    name = {"name": names.people.get(payload["contact_id"], "")}
    return (
        _("登记主要联系人%(name)s") % name if payload["is_main"] else _("登记联系人%(name)s") % name
    )


def _contact_changed(payload: Payload, names: Names) -> str | None:
    name = names.people.get(payload["contact_id"], "")
    if set(payload["after"]) == {"is_main"} and not payload["personal"]:
        # of the two who change places the new one is told
        return _("%(name)s成为主要联系人") % {"name": name} if payload["after"]["is_main"] else None
    return _("修改联系人%(name)s：%(changes)s") % {"name": name, "changes": changes(payload, names)}


def _contact_retired(payload: Payload, names: Names) -> str:
    return _("联系人%(name)s停用") % {"name": names.people.get(payload["contact_id"], "")}


def _link_begun(payload: Payload, names: Names) -> str:
    values = {"officer": names.officer(payload), "day": names.day(payload["from_on"])}
    if payload["role"] == LinkRole.SECOND:
        return _("%(officer)s从 %(day)s 起协助挂钩") % values
    return _("%(officer)s从 %(day)s 起挂钩") % values


def _link_ended(payload: Payload, names: Names) -> str:
    values = {"officer": names.officer(payload), "day": names.day(payload["until_on"])}
    return _("%(officer)s的挂钩从 %(day)s 起结束") % values


def _link_changed(payload: Payload, names: Names) -> str:
    return _("更正%(officer)s的挂钩：%(changes)s") % {
        "officer": names.officer(payload),
        "changes": changes(payload, names),
    }


def _named(sentence: str | Promise) -> Callable[[Payload, Names], str]:
    """An event that brings its own name along."""

    def say(payload: Payload, names: Names) -> str:
        told = {"name": payload.get("name") or payload.get("text", "")}
        if "before" in payload and "personal" in payload:
            told["changes"] = changes(payload, names)
        return str(sentence) % told

    return say


def _investor_added(payload: Payload, _names: Names) -> str:
    if not payload["name"]:
        return _("登记自然人投资方")
    return _("登记投资方%(name)s") % {"name": payload["name"]}


def _investor_changed(payload: Payload, names: Names) -> str:
    return _("修改投资方：%(changes)s") % {"changes": changes(payload, names)}


def _month(payload: Payload) -> dict[str, Any]:
    source = payload["source"]
    known = dict(IndicatorSource.choices)
    return {"month": payload["month"][:7], "source": known.get(source, source)}


def _stated(payload: Payload, _names: Names) -> str:
    return _("填报 %(month)s 指标 %(count)d 项（%(source)s）") % {
        **_month(payload),
        "count": len(payload["figures"]),
    }


def _figures_changed(payload: Payload, _names: Names) -> str:
    told = [
        _("%(field)s %(before)s → %(after)s")
        % {
            "field": MEASURES[code].label if code in MEASURES else code,
            "before": before,
            "after": payload["after"].get(code, ""),
        }
        for code, before in payload["before"].items()
    ]
    return _("修改 %(month)s 指标：%(changes)s") % {
        **_month(payload),
        "changes": _("，").join(told),
    }


def _confirmed(payload: Payload, _names: Names) -> str:
    return _("%(month)s 指标已确认（%(source)s）") % _month(payload)


def _sent_back(payload: Payload, _names: Names) -> str:
    return _("%(month)s 指标退回：%(reason)s") % {**_month(payload), "reason": payload["reason"]}


def _project_created(payload: Payload, names: Names) -> str:
    return _("登记项目%(name)s") % {"name": names.project(payload)}


def _project_changed(payload: Payload, names: Names) -> str:
    return _("修改项目%(name)s：%(changes)s") % {
        "name": names.project(payload),
        "changes": changes(payload, names),
    }


def _stage_reached(payload: Payload, names: Names) -> str:
    return _("项目%(name)s到%(stage)s阶段") % {
        "name": names.project(payload),
        "stage": dict(Stage.choices).get(payload["stage"], ""),
    }


def _gate_waived(payload: Payload, names: Names) -> str:
    return _("项目%(name)s未满足条件进入%(stage)s阶段，理由：%(reason)s") % {
        "name": names.project(payload),
        "stage": dict(Stage.choices).get(payload["stage"], ""),
        "reason": payload["reason"],
    }


def _invested(payload: Payload, names: Names) -> str:
    return _("项目%(name)s填报 %(month)s 投资 %(amount)s 万元") % {
        "name": names.project(payload),
        "month": payload["month"][:7],
        "amount": payload["amount"],
    }


def _milestone(payload: Payload, names: Names) -> str:
    return _("项目%(project)s定下节点：%(name)s，%(day)s") % {
        "project": names.project(payload),
        "name": payload["name"],
        "day": names.day(payload["due_on"]),
    }


def _milestone_changed(payload: Payload, names: Names) -> str:
    values = {"project": names.project(payload), "name": payload["name"]}
    if set(payload["after"]) == {"done_on"} and payload["after"]["done_on"]:
        values["day"] = names.day(payload["after"]["done_on"])
        return _("项目%(project)s完成节点：%(name)s，%(day)s") % values
    return _("项目%(project)s调整节点%(name)s：%(changes)s") % {
        **values,
        "changes": changes(payload, names),
    }


def _fact(sentence: str | Promise) -> Callable[[Payload, Names], str]:
    """A fact by its name, with its value and unit; of a truth value yes or no."""

    def say(payload: Payload, _names: Names) -> str:
        field = shipped().get(payload["field"])
        written = {"true": _("是"), "false": _("否")}
        unit = payload.get("unit", "")
        told = {
            "field": payload["label"] if field is None else field.label,
            "day": payload["as_of"],
            "reason": payload.get("reason", ""),
        }
        for key in ("before", "value"):
            value = payload.get(key, "")
            told[key] = f"{written.get(value, value)} {unit}".strip()
        return str(sentence) % told

    return say


WORDS: dict[str, Callable[[Payload, Names], str | None]] = {
    events.EnterpriseRegistered.kind: _registered,
    events.EnterpriseChanged.kind: _changed,
    events.EnterpriseMerged.kind: _merged,
    events.ContactAdded.kind: _contact_added,
    events.ContactChanged.kind: _contact_changed,
    events.ContactRetired.kind: _contact_retired,
    events.LinkBegun.kind: _link_begun,
    events.LinkEnded.kind: _link_ended,
    events.LinkChanged.kind: _link_changed,
    events.TitleGranted.kind: _named(gettext_lazy("登记称号%(name)s")),
    events.TitleChanged.kind: _named(gettext_lazy("修改称号%(name)s：%(changes)s")),
    events.TitleRemoved.kind: _named(gettext_lazy("删除登记错的称号%(name)s")),
    events.InvestorAdded.kind: _investor_added,
    events.InvestorChanged.kind: _investor_changed,
    events.InvestorRemoved.kind: lambda _payload, _names: _("删除登记错的投资方"),
    events.AddressAdded.kind: _named(gettext_lazy("登记地址%(name)s")),
    events.AddressChanged.kind: _named(gettext_lazy("修改地址%(name)s：%(changes)s")),
    events.AddressRemoved.kind: _named(gettext_lazy("删除登记错的地址%(name)s")),
    events.CertificateAdded.kind: _named(gettext_lazy("登记证照%(name)s")),
    events.CertificateChanged.kind: _named(gettext_lazy("修改证照%(name)s：%(changes)s")),
    events.CertificateRemoved.kind: _named(gettext_lazy("删除登记错的证照%(name)s")),
    events.IndicatorsStated.kind: _stated,
    events.IndicatorsChanged.kind: _figures_changed,
    events.IndicatorsConfirmed.kind: _confirmed,
    events.IndicatorsReturned.kind: _sent_back,
    fact_events.FactStated.kind: _fact(gettext_lazy("填报%(field)s：%(value)s（%(day)s）")),
    fact_events.FactChanged.kind: _fact(
        gettext_lazy("重新填报%(field)s：%(before)s → %(value)s（%(day)s）")
    ),
    fact_events.FactConfirmed.kind: _fact(gettext_lazy("%(field)s已确认：%(value)s（%(day)s）")),
    fact_events.FactReturned.kind: _fact(gettext_lazy("%(field)s（%(day)s）退回：%(reason)s")),
    events.ProjectCreated.kind: _project_created,
    events.ProjectChanged.kind: _project_changed,
    events.ProjectStageReached.kind: _stage_reached,
    events.ProjectGateWaived.kind: _gate_waived,
    events.ProjectInvestmentStated.kind: _invested,
    events.MilestoneSet.kind: _milestone,
    events.MilestoneChanged.kind: _milestone_changed,
}


def tell(kind: str, words: Callable[[Payload, Names], str | None]) -> None:
    """Let a slice above say its own events on the enterprise's timeline (from its `apps.py`)."""
    WORDS[kind] = words
