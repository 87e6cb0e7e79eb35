"""The messages that leave the program, in the active language."""

from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .queries import Item
from .transports import Message

_SUBJECT = 60  # characters
_SMS_LETTERS = 134  # two parts of 67
_LISTED = 10  # lines in a robot's message


def notices(items: Sequence[Item], *, key: str) -> Message:
    """One notice, or several as a digest."""
    first = items[0].line
    if len(items) == 1:
        heading = first.brief or first.says
        short = f"{heading}{_number(first.number)}"
    else:
        heading = ngettext("%(number)s 条消息", "%(number)s 条消息", len(items)) % {
            "number": len(items)
        }
        short = _("您有%(heading)s，请登录查看。") % {"heading": f" {heading}"}
    context = {
        "heading": heading,
        "items": [(item, _link("notices:open", item.notice.pk)) for item in items],
        "is_digest": len(items) > 1,
        "zone": _zone(),
        "settings_url": _link("notices:settings"),
    }
    return _message(heading, context, "notices/mail", _robot(items, heading), short, key)


def code(number: str, *, key: str) -> Message:
    """The code that shows that what is sent there arrives."""
    says = _("验证码 %(code)s，15 分钟内有效。不是您本人操作，请不要理会。") % {"code": number}
    return _alone(_("验证码"), says, key)


def test(*, key: str) -> Message:
    """What the button sends."""
    return _alone(_("测试消息"), _("这是一条测试消息。收到它，说明以后的通知能送到这里。"), key)


def _alone(heading: str, says: str, key: str) -> Message:
    context = {"heading": heading, "says": says, "zone": _zone()}
    return _message(heading, context, "notices/mail_alone", f"{_mark()}{says}", says, key)


def _message(
    heading: str, context: dict[str, object], template: str, brief: str, short: str, key: str
) -> Message:
    subject = f"{_mark()}{heading}"
    return Message(
        subject=_cut(subject, _SUBJECT),
        text=render_to_string(f"{template}.txt", context).strip() + "\n",
        html=render_to_string(f"{template}.html", context),
        brief=brief,
        short=_cut(f"{_mark()}{short}", _SMS_LETTERS),
        key=key,
    )


def _robot(items: Sequence[Item], heading: str) -> str:
    if len(items) == 1:
        line, link = items[0].line, _link("notices:open", items[0].notice.pk)
        return "\n".join(filter(None, [f"{_mark()}{heading}{_number(line.number)}", link]))
    said = [f"{_mark()}{heading}"]
    said += [
        f"- {item.line.brief or item.line.says}{_number(item.line.number)}"
        for item in items[:_LISTED]
    ]
    if len(items) > _LISTED:
        said.append(_("还有 %(number)s 条") % {"number": len(items) - _LISTED})
    return "\n".join([*said, *filter(None, [_link("notices:inbox")])])


def _number(number: str) -> str:
    return f" {number}" if number else ""


def _link(name: str, *args: int) -> str:
    """An address that works from outside; nothing where the site's own isn't set."""
    return f"{settings.ORIGIN}{reverse(name, args=args)}" if settings.ORIGIN else ""


def _zone() -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return settings.ZONE_NAME.get(language, settings.ZONE_NAME["zh-hans"])


def _mark() -> str:
    return f"【{_zone()}】"


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
