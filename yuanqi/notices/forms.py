"""Where somebody wants his notices, and which of them."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Channel, When
from .timing import DIGEST_AT, Habits
from .wording import Group

Kind = Channel.Kind


class ChannelForm(forms.Form):
    """One address. What it must look like is `transports.address_from`'s to say."""

    address = forms.CharField(max_length=254)

    def __init__(self, kind: Kind, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=kind.value, auto_id="id_%s")
        self.kind = kind
        field = self.fields["address"]
        field.error_messages["required"] = _("请填地址。")
        match kind:
            case Kind.MAIL:
                field.label = _("邮箱")
                field.widget.input_type = "email"
                field.widget.attrs["autocomplete"] = "email"
            case Kind.SMS:
                field.label = _("手机号")
                field.widget.input_type = "tel"
                field.widget.attrs["autocomplete"] = "tel"
            case _:
                field.label = _("机器人密钥")
                field.help_text = _(
                    "在群里添加自定义机器人，把它给的地址粘贴在这里。群里的人都看得到发去的通知。"
                )
                field.widget.attrs["autocomplete"] = "off"
        if kind == Kind.DINGTALK:
            self.fields["secret"] = forms.CharField(
                label=_("加签密钥"),
                required=False,
                max_length=128,
                help_text=_("机器人的安全设置选了“加签”才填，以 SEC 开头。"),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*[0-9]{6}\s*$",
        label=gettext_lazy("6 位验证码"),
        error_messages={
            "required": gettext_lazy("请填收到的 6 位验证码。"),
            "invalid": gettext_lazy("验证码是 6 位数字。"),
        },
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 6}
        ),
    )

    def __init__(self, kind: Kind, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=f"{kind.value}_code", auto_id="id_%s")


class ChoicesForm(forms.Form):
    """For each channel and group: at once, in the digest, never; and the hours."""

    digest_at = forms.TimeField(
        label=gettext_lazy("每天汇总几点发"),
        error_messages={
            "required": gettext_lazy("请填几点发，例如 17:00。"),
            "invalid": gettext_lazy("时间写成 17:00 这样。"),
        },
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("免打扰从"),
        required=False,
        error_messages={"invalid": gettext_lazy("时间写成 22:00 这样。")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("到"),
        required=False,
        error_messages={"invalid": gettext_lazy("时间写成 07:00 这样。")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(
        self,
        channels: Iterable[Channel],
        groups: Iterable[tuple[str, Group]],
        chosen: Mapping[tuple[str, str], When],
        habits: Habits,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data,
            initial={
                "digest_at": habits.digest_at or DIGEST_AT,
                "quiet_from": habits.quiet_from,
                "quiet_until": habits.quiet_until,
            },
        )
        self.channels = list(channels)
        self.groups = list(groups)
        for channel in self.channels:
            for code, group in self.groups:
                self.fields[_name(channel, code)] = forms.TypedChoiceField(
                    label=group.label,
                    help_text=group.hint,
                    choices=When.choices,
                    coerce=When,
                    initial=chosen.get((channel.kind, code), group.default),
                    widget=forms.RadioSelect,
                    error_messages={"required": _("请选一种。")},
                )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        ends: list[time | None] = [values.get("quiet_from"), values.get("quiet_until")]
        if "quiet_from" in values and "quiet_until" in values and ends.count(None) == 1:
            missing = "quiet_from" if ends[0] is None else "quiet_until"
            self.add_error(missing, _("免打扰要写清从几点到几点；不要就两格都空着。"))
        return values

    @property
    def parts(self) -> list[tuple[Channel, list[BoundField]]]:
        """The fields of each channel."""
        return [
            (channel, [self[_name(channel, code)] for code, _group in self.groups])
            for channel in self.channels
        ]

    @property
    def choices(self) -> dict[tuple[str, str], When]:
        return {
            (channel.kind, code): self.cleaned_data[_name(channel, code)]
            for channel in self.channels
            for code, _group in self.groups
        }

    @property
    def habits(self) -> Habits:
        values = self.cleaned_data
        return Habits(values["quiet_from"], values["quiet_until"], values["digest_at"])


def _name(channel: Channel, code: str) -> str:
    return f"{channel.kind}_{code.replace('.', '_')}"
