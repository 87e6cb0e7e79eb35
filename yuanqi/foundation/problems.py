"""Refusals of the API as problem details (RFC 9457): what went wrong, and what to do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import Conflict, Invalid, NotAllowed, NotVisible, OutOfSpace, YuanqiError
from .idempotency import KeyReused

MEDIA_TYPE = "application/problem+json"
BASE = "/api/v1/problems/"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: the last word of its type's address, its status, title, way out."""

    name: str
    status: int
    title: str | Promise
    way_out: str | Promise


KINDS = {
    kind.name: kind
    for kind in (
        Kind("bad-request", 400, _("请求读不懂"), _("请按 openapi.json 检查正文的格式。")),
        Kind(
            "lost-cursor",
            400,
            _("翻页标记失效"),
            _("它属于另一个列表、另一种排序，或者不完整。请去掉 cursor，从第一页重新读起。"),
        ),
        Kind("unauthorized", 401, _("没有通过身份验证"), _("请在 Authorization 里带有效的令牌。")),
        Kind("csrf", 403, _("缺少 CSRF 标记"), _("用会话调用时，请带上 X-CSRFToken。")),
        Kind("scope", 403, _("令牌没有这项权限"), _("请换一个包含所需权限的令牌。")),
        Kind("not-allowed", 403, _("不由您办"), _("请由承办部门、服务中心或企业自己办理。")),
        Kind("not-found", 404, _("没有找到"), _("编号不存在，或者不归您看。")),
        Kind("method", 405, _("这个地址不接受这种方法"), _("可用的方法在 Allow 里。")),
        Kind("conflict", 409, _("现在不能这样办"), _("情况已经变了，请重新读取这件诉求再决定。")),
        Kind("too-large", 413, _("内容太大"), _("正文最多 1 MB，每个文件最多 20 MB。")),
        Kind("media-type", 415, _("不接受这种内容类型"), _("正文用 application/json。")),
        Kind("invalid", 422, _("内容不合要求"), _("请按 errors 里列出的逐项修改。")),
        Kind("key-reused", 422, _("Idempotency-Key 用过了"), _("每次新的调用用一个新的。")),
        Kind("too-many", 429, _("调用太频繁"), _("请等 Retry-After 说的秒数后再试。")),
        Kind("server-error", 500, _("服务器出错"), _("已经记下。请稍后用同一个键再试。")),
        Kind("unavailable", 503, _("服务暂时不可用"), _("请等 Retry-After 说的秒数后再试。")),
        Kind("out-of-space", 507, _("存储空间满了"), _("没有存下任何东西，请稍后再试。")),
    )
}
_BY_STATUS = {kind.status: kind for kind in reversed(KINDS.values())}


# what a field must be, by the kinds of error of pydantic; the numbers come from its context
_FIELD_WORDS = {
    "missing": _("这一项要有"),
    "extra_forbidden": _("没有这一项"),
    "literal_error": _("只能是 %(expected)s"),
    "string_type": _("要是文字"),
    "string_too_long": _("最多 %(max_length)s 个字符"),
    "string_pattern_mismatch": _("不能只有空白，也不能有空字符"),
    "greater_than": _("要大于 %(gt)s"),
    "greater_than_equal": _("不小于 %(ge)s"),
    "less_than_equal": _("不大于 %(le)s"),
    "int_type": _("要是整数"),
    "int_parsing": _("要是整数"),
    "int_from_float": _("要是整数"),
    "bool_type": _("要是 true 或 false"),
    "bool_parsing": _("要是 true 或 false"),
    "list_type": _("要是一个列表"),
    "too_long": _("最多 %(max_length)s 项"),
    "too_short": _("至少 %(min_length)s 项"),
    "date_from_datetime_parsing": _("要是日期，例如 2026-11-22"),
    "date_parsing": _("要是日期，例如 2026-11-22"),
    "decimal_parsing": _("要是数字"),
    "decimal_type": _("要是数字"),
    "decimal_max_places": _("最多 %(decimal_places)s 位小数"),
}


def field_words(kind: str, context: Mapping[str, Any]) -> str:
    """Say what a field must be; empty for an error that has no words here."""
    words = _FIELD_WORDS.get(kind)
    return "" if words is None else str(words) % context


class Problem(YuanqiError):
    """A refusal of the API itself, of a named kind; `headers` go with the answer."""

    def __init__(
        self, name: str, detail: str = "", *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = KINDS[name]
        self.detail = detail
        self.headers = headers or {}


def of_error(request: HttpRequest, error: YuanqiError) -> HttpResponse:
    """Say a refusal of an operation."""
    match error:
        case Problem():
            return answer(request, error.kind, error.detail, headers=error.headers)
        case NotVisible():
            return answer(request, KINDS["not-found"])
        case NotAllowed():
            return answer(request, KINDS["not-allowed"], error.message)
        case KeyReused():
            return answer(request, KINDS["key-reused"], error.message)
        case Conflict():
            return answer(request, KINDS["conflict"], error.message)
        case Invalid():
            said = [{"field": error.field, "detail": error.message}] if error.field else []
            return answer(request, KINDS["invalid"], error.message, errors=said)
        case OutOfSpace():
            return answer(request, KINDS["out-of-space"], error.message)
    raise error


def of_status(
    request: HttpRequest, status: int, *, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Say a failure of which only the status is known."""
    kind = _BY_STATUS.get(status) or (
        KINDS["server-error"] if status >= 500 else KINDS["bad-request"]
    )
    return answer(request, kind, status=status, headers=headers)


def answer(
    request: HttpRequest,
    kind: Kind,
    detail: str = "",
    *,
    status: int = 0,
    errors: Sequence[dict[str, Any]] = (),
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Write a problem; without words of its own it gives the way out."""
    said: dict[str, Any] = {
        "type": BASE + kind.name,
        "title": str(kind.title),
        "status": status or kind.status,
        "detail": detail or str(kind.way_out),
        "instance": request.path,
    }
    if errors:
        said["errors"] = list(errors)
    return HttpResponse(
        json.dumps(said, ensure_ascii=False),
        status=status or kind.status,
        content_type=MEDIA_TYPE,
        headers=headers,
    )
