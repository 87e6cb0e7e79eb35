"""What every page shows around its content: the zone, the navigation, the person, messages."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from yuanqi.conditions.queries import keeps_rules
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.notices.queries import unread

# what one reaches by another page's tabs, though its address begins otherwise
_BELOW = {
    "/enterprises/": ("/projects/", "/areas/", "/indicators/", "/imports/"),
    "/organisation/": ("/directory/absences/",),
    "/visits/": ("/contacted/",),
    "/visits/records/": ("/visits/", "/contacted/"),
    "/state/": ("/notices/failures/",),
}

# in the bar of a desk 1,440 pixels wide, in English too
_MOST_IN_BAR, _IN_BAR_BESIDE_MENU = 8, 7


@dataclass(frozen=True, slots=True)
class Shell:
    zone_name: str
    nav: list[tuple[str, str, bool]]  # label, address, whether it is this page
    is_staff: bool
    may_search: bool  # administrators have no business data to search
    person_name: str
    person_unit: str
    account_id: int | None
    notices: int | None
    live_url: str  # where pages listen, as `settings.LIVE_URL` says it
    languages: list[tuple[str, str, bool]]  # code, name, whether it is this one

    @property
    def nav_first(self) -> list[tuple[str, str, bool]]:
        """What stands in the desk's bar: all, or as many as leave room for the rest's menu."""
        return self.nav if len(self.nav) <= _MOST_IN_BAR else self.nav[:_IN_BAR_BESIDE_MENU]

    @property
    def nav_more(self) -> list[tuple[str, str, bool]]:
        return self.nav[len(self.nav_first) :]

    @property
    def is_in_more(self) -> bool:
        return any(is_current for _label, _url, is_current in self.nav_more)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context processor of all pages."""
    actor: Actor = getattr(request, "actor", None) or Actor(side=Side.ENTERPRISE)
    language = get_language() or settings.LANGUAGE_CODE
    signed_in = actor.account_id is not None
    return {
        "shell": Shell(
            zone_name=settings.ZONE_NAME.get(language, settings.ZONE_NAME["zh-hans"]),
            nav=[
                (label, url, _is_current(request.path, url))
                for label, url in (navigation(actor) if signed_in else ())
            ],
            is_staff=actor.side is Side.PARK,
            may_search=actor.officer_id is not None or actor.enterprise_id is not None,
            person_name=actor.name,
            person_unit=actor.unit,
            account_id=actor.account_id,
            live_url=settings.LIVE_URL,
            notices=unread(actor) if signed_in else None,
            languages=[(code, str(name), code == language) for code, name in settings.LANGUAGES],
        )
    }


def _is_current(path: str, url: str) -> bool:
    places = (url, *_BELOW.get(url, ()))
    return any(path == one or (one != "/" and path.startswith(one)) for one in places)


@cache
def _at(name: str) -> str:
    """A page's address: twenty of them stand on each page, and none ever changes."""
    return reverse(name)


def navigation(actor: Actor) -> list[tuple[str, str]]:
    """Return label and address of each page at the top; an administrator begins at his first."""
    if actor.side is Side.ENTERPRISE:
        if actor.enterprise_id is None:
            return _administrators(actor)
        return [
            (_("首页"), _at("web:portal")),
            (_("我的诉求"), _at("servicedesk:ledger")),
            (_("月度填报"), reverse("monitoring:filings_of", args=[actor.enterprise_id])),
            (_("提建议"), _at("advice:list")),
            (_("园区服务"), reverse("steering:standing", args=[actor.enterprise_id])),
            (_("常见问题"), _at("knowledge:entries")),
            (_("企业档案"), reverse("registry:enterprise", args=[actor.enterprise_id])),
        ]
    pages: list[tuple[str, str]] = []
    if actor.has(Role.LEADER):
        pages.append((_("驾驶舱"), _at("insight:cockpit")))
    if actor.linked_enterprise_ids:
        pages.append((_("我的一天"), _at("web:day")))
    if actor.officer_id is not None:
        pages += [
            (_("诉求"), _at("servicedesk:ledger")),
        ]
        if actor.has(Role.CENTRE, Role.LEADER, Role.HEAD):
            pages.append((_("督办"), _at("servicedesk:supervision")))
        pages += [
            (pgettext("several", "企业"), _at("registry:enterprises")),
            (pgettext("links", "挂钩"), _at("linking:board")),
            # who visits nobody himself reads what others have found
            (
                pgettext("several", "走访"),
                _at("visiting:visits" if actor.linked_enterprise_ids else "visiting:records"),
            ),
            (_("重点指标"), _at("monitoring:zone")),
            (_("四张清单"), _at("steering:lists")),
            (_("听建议"), _at("advice:list")),
            (pgettext("several", "承诺"), _at("promises:promises")),
            (_("专班"), _at("taskforces:forces")),
            (_("现场办公"), _at("meetings:meetings")),
            (_("知识库"), _at("knowledge:entries")),
            (_("通讯录"), _at("organisation:directory")),
        ]
        if keeps_rules(actor):
            pages.append((pgettext("several", "规则"), _at("conditions:conditions")))
    return pages + _administrators(actor)


def _administrators(actor: Actor) -> list[tuple[str, str]]:
    """Each of the three has his own pages, and none of another's (三员分立)."""
    pages: list[tuple[str, str]] = []
    if actor.has(Role.SYSTEM_ADMIN):
        pages += [
            (pgettext("several", "账号"), _at("access:accounts")),
            (_("授权申请"), _at("access:proposals")),
            (_("机构人员"), _at("organisation:home")),
            (_("批量导入"), _at("importing:imports")),
            (_("设置"), _at("parameters:home")),
            (_("运行状态"), _at("administration:state")),
        ]
    if actor.has(Role.SECURITY_ADMIN):
        pages += [
            (_("授权申请"), _at("access:proposals")),
            (pgettext("several", "账号"), _at("access:accounts")),
            (_("账号清查"), _at("access:review")),
            (_("登录安全"), _at("signin:lockouts")),
            (_("个人信息删除"), _at("audit:erasures")),
            (_("设置"), _at("parameters:home")),
        ]
    if actor.has(Role.AUDIT_ADMIN):
        pages += [
            (_("操作日志"), _at("audit:journal")),
            (_("查阅记录"), _at("audit:readings")),
            (_("封存与核对"), _at("audit:seals")),
            (_("个人信息删除"), _at("audit:erasures")),
            (_("数据保留"), _at("audit:retention")),
        ]
    return pages
