"""What a park may set of messages: when those go out who haven't chosen themselves."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

from .timing import DIGEST_AT, Habits

DIGEST = "notices.digest_at"
IS_QUIET = "notices.is_quiet_by_night"
QUIET_FROM = "notices.quiet_from"
QUIET_UNTIL = "notices.quiet_until"

_SOURCE = _("园区默认，可改")
_OWN = _("自己选过的，按自己选的。")


def define() -> None:
    for key, kind, default, label, help_ in (
        (DIGEST, "time", DIGEST_AT, _("每天汇总几点发"), _OWN),
        (
            IS_QUIET,
            "boolean",
            False,
            _("夜里不发外部消息"),
            _("紧急的照发。自己选过的，按自己选的。"),
        ),
        (QUIET_FROM, "time", time(22), _("夜里从几点起"), _OWN),
        (QUIET_UNTIL, "time", time(7), _("夜里到几点止"), _OWN),
    ):
        parameters.define(
            Parameter(
                key=key,
                kind=kind,
                default=default,
                label=label,
                group="notices",
                help=help_,
                source=_SOURCE,
            )
        )


def usual_habits() -> Habits:
    """The habits of whoever has chosen none."""
    digest_at = parameters.value(DIGEST)
    begins, ends = parameters.value(QUIET_FROM), parameters.value(QUIET_UNTIL)
    if not parameters.value(IS_QUIET) or begins == ends:
        return Habits(digest_at=digest_at)
    return Habits(begins, ends, digest_at)
