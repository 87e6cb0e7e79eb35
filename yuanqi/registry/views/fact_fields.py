"""The fields of facts: the shipped ones to look at, the park's own to add, change and retire."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.files import Upload

from .. import forms, operations
from ..facts import AS_OF
from ..facts.fields import shipped
from ..facts.shipped_fields import GROUPS
from ..facts.users import users_of
from ..models import ParkField
from ..rights import require_register
from ._editing import edit, press


@login_required
@require_GET
def fields(request: HttpRequest) -> HttpResponse:
    """All fields: the park's own first, then those that ship, by group."""
    require_register(request.actor)
    place = 1 if get_language() == "en" else 0
    groups = [
        (words[place], [one for one in shipped().values() if one.group == code])
        for code, words in GROUPS.items()
    ]
    context = {
        "page_title": _("事实字段"),
        "back_url": reverse("registry:enterprises"),
        "own": list(ParkField.objects.order_by("retired_on", "id")),
        "groups": [
            (label, [one for one in found if one.name != AS_OF]) for label, found in groups if found
        ],
    }
    return render(request, "registry/fact_fields.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def field_new(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    require_register(actor)

    def act(form: forms.ParkFieldForm, _upload: Upload | None, at: datetime) -> str:
        operations.field_add(values=form.values, actor=actor, at=at)
        return reverse("registry:fact_fields")

    return edit(
        request,
        shown=forms.ParkFieldForm,
        bound=forms.ParkFieldForm,
        act=act,
        title=_("新设字段"),
        back_url=reverse("registry:fact_fields"),
        button=_("保存"),
        said=_("已保存，规则里可以用它了。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def field_edit(request: HttpRequest, field_id: int) -> HttpResponse:
    actor: Actor = request.actor
    require_register(actor)
    row = get_object_or_404(ParkField, pk=field_id, retired_on=None)

    def act(form: forms.ParkFieldForm, _upload: Upload | None, at: datetime) -> str:
        operations.field_change(
            field_id=row.pk, values=form.values, seen=form.was_seen, actor=actor, at=at
        )
        return reverse("registry:fact_fields")

    return edit(
        request,
        shown=lambda: forms.ParkFieldForm.of(row),
        bound=forms.ParkFieldForm,
        act=act,
        title=_("修改字段"),
        back_url=reverse("registry:fact_fields"),
        button=_("保存"),
        said=_("已保存。"),
        template="registry/fact_field.html",
        more={"row": row, "uses": users_of(row.name)},
    )


@login_required
@require_POST
def field_retire(request: HttpRequest, field_id: int) -> HttpResponse:
    actor: Actor = request.actor
    require_register(actor)
    return press(
        request,
        act=lambda at: operations.field_retire(field_id=field_id, actor=actor, at=at),
        back_url=reverse("registry:fact_fields"),
        said=_("已停用：规则里不能再用，填报过的都还在。"),
    )
