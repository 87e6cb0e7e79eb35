"""What can be done to a request from its page: each act at its stage, by whom, with what words."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from tests.life import task_of
from tests.people import Zone
from yuanqi.casework.models import Case, Task

Data = Callable[[Zone], dict[str, Any]]


class Deed:
    """An act as its page sends it: at which stage, by whom, what, and what is said of it."""

    def __init__(
        self,
        name: str,
        stage: str,
        who: str,
        data: Data,
        said: str,
        kinds: str,
        label: str = "",
    ) -> None:
        self.name, self.stage, self.who, self.data = name, stage, who, data
        self.said, self.kinds, self.label = said, kinds.split(), label or name

    def url(self, case_id: int) -> str:
        task = []
        if self.name.startswith("task-"):
            task = [task_of(case_id).pk]
        if self.name == "hand-over":
            task = [Task.objects.get(case=case_id, kind="lead").pk]
        return reverse(f"servicedesk:{self.name}", args=[case_id, *task])

    def __repr__(self) -> str:
        return self.label


def other_of(zone: Zone) -> Case:
    """The enterprise's first request, when there are two."""
    return Case.objects.filter(enterprise=zone.enterprise).order_by("pk")[0]


DEEDS = [
    Deed(
        "dispatch", "submitted", "clerk",
        lambda zone: {
            "lead": zone.safety.pk,
            f"co_{zone.planning.pk}": "on",
            f"brief_{zone.planning.pk}": "核东区管网余量",
        },
        "已派给安全环保局，11 月 5 日（周四）12:00 前签收。",
        "servicedesk.request_dispatched",
    ),
    Deed(
        "accept", "dispatched", "safety_handler", lambda zone: {},
        "已签收，由您主办，11 月 19 日（周四）17:30 前答复。请先联系企业，再给出办理计划。",
        "servicedesk.request_accepted",
    ),
    Deed(
        "return", "dispatched", "safety_handler",
        lambda zone: {"reason": "管网归规建局", "basis": "三定规定第四条"},
        "已退回服务中心，由周敏在 11 月 5 日（周四）14:24 前改派。",
        "servicedesk.request_returned",
    ),
    Deed(
        "task-start", "accepted", "planning_handler", lambda zone: {},
        "已签收这项协办，请在 11 月 9 日（周一）17:30 前给出意见。",
        "casework.task_started",
    ),
    Deed(
        "task-finish", "co_handling", "planning_handler", lambda zone: {"opinion": "余量 60 吨"},
        "协办意见已交给安全环保局。",
        "casework.task_done",
    ),
    Deed(
        "message", "accepted", "safety_handler",
        lambda zone: {"kind": "talk", "body": "请补水样报告"},
        "已发给企业。",
        "casework.message_sent",
    ),
    Deed(
        "pause", "accepted", "safety_handler",
        lambda zone: {"ground": "enterprise-material", "awaited": "水质检测报告"},
        "计时已暂停，企业会看到在等什么；最迟 11 月 19 日（周四）17:30 自动恢复。",
        "casework.clock_paused",
    ),
    Deed(
        "resume", "paused", "safety_handler", lambda zone: {},
        "计时已恢复，11 月 19 日（周四）17:30 前答复。",
        "casework.clock_resumed",
    ),
    Deed(
        "supply", "paused", "contact", lambda zone: {"body": "报告已上传"},
        "收到了，计时已恢复，安全环保局何思远在 11 月 19 日（周四）17:30 前给您答复。",
        "casework.message_sent casework.clock_resumed",
    ),
    Deed(
        "answer", "opined", "safety_handler", lambda zone: {"body": "可以接入"},
        "已答复企业，请它在 11 月 11 日（周三）17:30 前评价；到期未评价就办结。",
        "servicedesk.request_answered",
    ),
    Deed(
        "evaluate", "answered", "contact",
        lambda zone: {"level": "5", "is_resolved": "yes", "was_contacted": "yes", "praise": "快"},
        "谢谢您的评价，这件已办结。",
        "casework.evaluated casework.case_closed",
    ),
    Deed(
        "call-back", "call_back", "clerk",
        lambda zone: {"spoke_with": "许若楠", "facts": "已补充说明", "is_resolved": "yes"},
        "回访已记下，这件已办结。",
        "servicedesk.called_back casework.case_closed",
    ),
    Deed(
        "call-back", "call_back", "clerk",
        lambda zone: {
            "spoke_with": "许若楠", "facts": "顺序还是不清楚", "is_resolved": "no",
            "is_sent_back": "on",
        },
        "回访已记下，已退回安环局整改，11 月 13 日（周五）17:30 前重新答复。",
        "servicedesk.called_back",
        label="call-back-sent-back",
    ),
    Deed(
        "extend", "accepted", "safety_colleague",
        lambda zone: {"amount": "5", "reason": "专家组 11 月 24 日才到"},
        "已请何思远批延期；批之前时限照走。",
        "casework.extension_asked",
    ),
    Deed(
        "decide-extension", "extension_asked", "safety_handler",
        lambda zone: {"is_granted": "yes", "decision": "同意，先把已知的告诉企业"},
        "已同意延期，11 月 26 日（周四）17:30 前答复；已告诉企业。",
        "casework.extension_decided",
    ),
    Deed(
        "decide-extension", "extension_asked", "safety_handler",
        lambda zone: {"is_granted": "no", "decision": "先请专家线上看"},
        "没有同意延期，11 月 19 日（周四）17:30 前答复。",
        "casework.extension_decided",
        label="decide-extension-refused",
    ),
    Deed(
        "redispatch", "accepted", "clerk",
        lambda zone: {"lead": zone.approval.pk, "reason": "主要是审批手续"},
        "已改派给行政审批局，11 月 5 日（周四）15:50 前签收；办结期限不变。",
        "servicedesk.request_redispatched",
    ),
    Deed(
        "hand-over", "accepted", "safety_handler",
        lambda zone: {"to_officer": zone.safety_colleague.pk, "reason": "已联系企业，等报告"},
        "已转给宋知行。",
        "casework.handed_over",
    ),
    Deed(
        "refuse", "submitted", "clerk",
        lambda zone: {"ground": "court", "explanation": "已经起诉，由法院审理。"},
        "已告诉企业不予受理的理由和去处。",
        "servicedesk.request_refused",
    ),
    Deed(
        "merge", "twice_submitted", "clerk",
        lambda zone: {"into": str(other_of(zone).pk)},
        "已并入 2611-0001，一并答复企业。",
        "servicedesk.request_merged",
    ),
    Deed(
        "withdraw", "accepted", "contact",
        lambda zone: {"reason": "自己解决了"},
        "已撤回，园区不再办这件。以后有需要，随时再提。",
        "servicedesk.request_withdrawn",
    ),
    Deed(
        "reopen", "closed", "contact",
        lambda zone: {"reason": "顺序还是没说清"},
        "已重新办理，由安环局何思远接手。",
        "servicedesk.request_reopened",
    ),
    Deed(
        "park", "accepted", "safety_handler",
        lambda zone: {"explanation": "等东区规划调整", "until": "2026-12-18"},
        "已挂起，企业会看到为什么；2026-12-18 复核。",
        "casework.case_parked",
    ),
]  # fmt: skip
