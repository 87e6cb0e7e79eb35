"""How rules and what happens to them are said to people."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from yuanqi.domain.rules import RuleError
from yuanqi.foundation.actors import actor_for
from yuanqi.foundation.models import Account

from .models import State

# what somebody did with a version, after the time
DECIDED = {
    State.SENT_BACK: pgettext_lazy("version", "退回"),
    State.PUBLISHED: pgettext_lazy("version", "确认发布"),
    State.WITHDRAWN: pgettext_lazy("version", "撤回"),
}


def language() -> str:
    """The reader's language as the rules know it: "zh" or "en"."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def message_of(error: RuleError) -> str:
    """What is wrong with a rule, in the reader's language."""
    return error.chinese if language() == "zh" else error.message


def place_of(text: str, position: int) -> tuple[int, int]:
    """Line and column of a position, both from 1."""
    before = text[:position]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def said(error: RuleError, text: str) -> str:
    """What is wrong with a rule, and where, in one sentence."""
    line, column = place_of(text, error.position)
    return _("第 %(line)s 行第 %(column)s 字：%(what)s。") % {
        "line": line,
        "column": column,
        "what": message_of(error),
    }


def who_and_when(account: Account | None, at: datetime | None) -> dict[str, str]:
    """Who did something and when, for a sentence."""
    return {
        "who": name_of(account, at),
        "at": f"{timezone.localtime(at):%m-%d %H:%M}" if at else "",
    }


def name_of(account: Account | None, at: datetime | None) -> str:
    if account is None or at is None:
        return _("平台")
    return actor_for(account, at).name
