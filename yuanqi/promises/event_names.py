"""What the events of promises are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "promises.promise_made": pgettext_lazy("event", "作出承诺"),
    "promises.promise_kept": pgettext_lazy("event", "兑现承诺"),
    "promises.promise_broken": pgettext_lazy("event", "承诺没有兑现"),
    "promises.promise_withdrawn": pgettext_lazy("event", "撤回承诺"),
    "promises.promise_handed_over": pgettext_lazy("event", "移交承诺"),
    "promises.promise_reminded": pgettext_lazy("event", "提醒承诺"),
}
