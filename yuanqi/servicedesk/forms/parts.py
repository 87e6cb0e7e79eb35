"""What the forms about a request share: the key of a single sending, files, boxes to tap."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation import files
from yuanqi.foundation.errors import Invalid, OutOfSpace
from yuanqi.foundation.widgets import Hidden
from yuanqi.parameters import parameters

from ..parameters_defined import FILES_MOST

BODY_LENGTH = 5000
# what phones and offices have; the bytes decide, this only guides the chooser
ACCEPTED = "image/*,.pdf,.docx,.xlsx"
YES_NO = (("yes", gettext_lazy("是")), ("no", gettext_lazy("否")))


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files, as many at once as the park allows; checked by content when all else fits."""

    widget = FilesInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = [item for item in data or () if item]
        if self.required and not given:
            raise ValidationError(self.error_messages["required"], code="required")
        most = parameters.value(FILES_MOST)
        if len(given) > most:
            raise ValidationError(
                _("一次最多 %(most)d 个文件，您选了 %(count)d 个，请分次上传。"),
                params={"most": most, "count": len(given)},
            )
        return given


_CHOOSE = gettext_lazy("请选择一项。")


class YesNo(forms.TypedChoiceField):
    """A question answered by one of two boxes; neither is ticked beforehand."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=YES_NO,
            coerce=lambda value: value == "yes",
            widget=forms.RadioSelect,
            empty_value=None,
            error_messages={"required": _CHOOSE},
            **options,
        )


def area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class ActForm(forms.Form):
    """A form that does one thing once. `name` is its key among the forms of a request.

    `once` is made when the form is shown; sent again, it does nothing twice.
    """

    name = ""
    once = forms.CharField(
        widget=Hidden, required=False, max_length=40, initial=lambda: str(uuid4())
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        # several forms stand on one page: their fields must not share ids
        options.setdefault("auto_id", f"{self.name}_%s")
        super().__init__(*args, **options)
        self.is_out_of_space = False
        self.uploads: list[files.Upload] = []

    @property
    def key(self) -> str:
        """The key of this sending; blank from a client that knows nothing of it."""
        return str(self.cleaned_data.get("once", ""))

    @property
    def status(self) -> int:
        """With which status the form goes back: 507 when only the disk was at fault."""
        return 507 if self.is_out_of_space else 422

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and "files" in self.fields:
            if not self.errors:
                self._store()
            if self.errors:
                self.ask_for_files_again()

    def _store(self) -> None:
        """Keep the bytes once everything else is right, so that a slip stores nothing."""
        try:
            self.uploads = files.check(self.cleaned_data["files"])
        except Invalid as error:
            self.add_error("files", error.message)
        except OutOfSpace as error:
            self.is_out_of_space = True
            self.add_error("files", error.message)

    def ask_for_files_again(self) -> None:
        """Name the files to choose again: a browser never puts them back by itself."""
        if "files" not in self.fields:
            return
        blamed = "".join(str(message) for message in self.errors.get("files", ()))
        names = [
            name
            for name in (files.plain_name(item.name or "") for item in self.files.getlist("files"))
            if f"“{name}”" not in blamed
        ]
        if names:
            self.add_error(
                "files",
                _("请重新选择这些文件（浏览器不能替您保留）：%(names)s。")
                % {"names": _("、").join(names)},
            )

    def refuse(self, error: Invalid) -> None:
        """Show what an operation found malformed where it belongs."""
        self.add_error(error.field if error.field in self.fields else None, error.message)
        self.ask_for_files_again()
