"""Which passwords are good: validators that read the park's profile (see `policy`)."""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pypinyin import lazy_pinyin

from yuanqi.foundation.models import Account

from . import policy
from .models import PasswordBefore

LONGEST = 128  # hashing has its price
_CONTEXT = ("yuanqi", "园企", "password", "mima", "密码")
_PLAIN = re.compile(r"[\W_]+")
_LEAST_CONTEXT = 4  # characters; shorter words are in everything
_CLASSES = (
    re.compile(r"[a-z]"),
    re.compile(r"[A-Z]"),
    re.compile(r"[0-9]"),
    re.compile(r"[^a-zA-Z0-9]"),
)
_LEAST_CLASSES = 3


def _flat(text: str) -> str:
    return _PLAIN.sub("", unicodedata.normalize("NFKC", text).lower())


def context_words(account: Account | None) -> set[str]:
    """Words that anybody would guess here: the zone's names, also in pinyin, and the username."""
    words = set(_CONTEXT)
    for name in settings.ZONE_NAME.values():
        words |= {name, "".join(lazy_pinyin(name)), *name.split()}
    zone = settings.ZONE_NAME["zh-hans"]
    words |= {zone[:2], "".join(lazy_pinyin(zone[:2]))}
    if account is not None and account.username:
        words.add(account.username)
    flat = {_flat(word) for word in words}
    return {w for w in flat if len(w) >= _LEAST_CONTEXT or (len(w) > 1 and not w.isascii())}


class LengthValidator:
    def validate(self, password: str, user: Account | None = None) -> None:
        least = policy.password_length()
        if len(password) < least:
            raise ValidationError(
                ngettext(
                    "密码太短，至少 %(least)d 个字符。可以用几个不相干的词连起来。",
                    "密码太短，至少 %(least)d 个字符。可以用几个不相干的词连起来。",
                    least,
                )
                % {"least": least},
                code="too_short",
            )
        if len(password) > LONGEST:
            raise ValidationError(
                _("密码太长，最多 %(most)d 个字符。") % {"most": LONGEST}, code="too_long"
            )

    def get_help_text(self) -> str:
        return _("至少 %(least)d 个字符。") % {"least": policy.password_length()}


class CommonValidator(CommonPasswordValidator):
    """Not one of the twenty thousand most frequent, nor one of them written a few times over."""

    def validate(self, password: str, user: Account | None = None) -> None:
        flat = password.lower().strip()
        is_repeated = any(
            flat == flat[:size] * (len(flat) // size) and len(flat) % size == 0
            for size in range(1, len(flat) // 2 + 1)
        )
        if is_repeated or flat in self.passwords or flat.strip("0123456789!.") in self.passwords:
            raise ValidationError(_("这个密码太常见，别人容易猜到。请换一个。"), code="too_common")

    def get_help_text(self) -> str:
        return _("不要用常见的密码。")


class ContextValidator:
    """Once what everybody here knows is taken out, enough must be left."""

    def validate(self, password: str, user: Account | None = None) -> None:
        left = flat = _flat(password)
        for word in sorted(context_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if left != flat and len(left) < policy.LEAST_LENGTH // 2:
            raise ValidationError(
                _("密码里主要是用户名、园区名或平台名，容易猜到。请换别的词。"), code="context"
            )

    def get_help_text(self) -> str:
        return _("不要用用户名、园区名、平台名拼成。")


class CompositionValidator:
    """Only in the MLPS profile (GB/T 22239-2019, 8.1.4.1: complexity)."""

    def validate(self, password: str, user: Account | None = None) -> None:
        if policy.profile() != policy.MLPS:
            return
        if sum(bool(one.search(password)) for one in _CLASSES) < _LEAST_CLASSES:
            raise ValidationError(
                _("密码要有大写字母、小写字母、数字、其他字符中的三类。"), code="classes"
            )

    def get_help_text(self) -> str:
        if policy.profile() != policy.MLPS:
            return ""
        return _("大写字母、小写字母、数字、其他字符至少三类。")


class HistoryValidator:
    """Not the present password; in the MLPS profile none of the last ones either."""

    def validate(self, password: str, user: Account | None = None) -> None:
        if user is None or user.pk is None:
            return
        if user.has_usable_password() and check_password(password, user.password):
            raise ValidationError(_("新密码和现在的一样。请换一个。"), code="same")
        most = policy.password_history()
        if not most:
            return
        before = PasswordBefore.objects.filter(account=user).order_by("-id")[: max(most - 1, 0)]
        if any(check_password(password, row.password) for row in before):
            raise ValidationError(
                _("这个密码最近用过（前 %(most)d 次之内）。请换一个。") % {"most": most},
                code="history",
            )

    def get_help_text(self) -> str:
        most = policy.password_history()
        if not most:
            return ""
        return _("不能和前 %(most)d 次相同。") % {"most": most}


def rules() -> list[str]:
    """What a new password must be, a sentence a rule."""
    validators = (
        LengthValidator(),
        CompositionValidator(),
        CommonValidator(),
        ContextValidator(),
        HistoryValidator(),
    )
    return [text for text in (one.get_help_text() for one in validators) if text]
