"""The parts of the zone, kept by the service centre."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload

from .. import forms, operations
from ..models import Area
from ..rights import require_register
from ._editing import edit


@login_required
@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    require_register(request.actor)
    standing = Q(enterprises__merged_into__isnull=True)
    context = {
        "page_title": pgettext("several", "片区"),
        "back_url": reverse("registry:enterprises"),
        "areas": list(Area.objects.annotate(firms=Count("enterprises", filter=standing))),
    }
    return render(request, "registry/areas.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def area_new(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    require_register(actor)

    def act(form: forms.AreaForm, _upload: Upload | None, at: datetime) -> str:
        operations.area_create(actor=actor, at=at, **form.values)
        return reverse("registry:areas")

    return edit(
        request,
        shown=forms.AreaForm,
        bound=forms.AreaForm,
        act=act,
        title=_("登记片区"),
        back_url=reverse("registry:areas"),
        button=_("保存"),
        said=_("已登记片区。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def area_edit(request: HttpRequest, area_id: int) -> HttpResponse:
    actor: Actor = request.actor
    require_register(actor)
    row = Area.objects.filter(pk=area_id).first()
    if row is None:
        raise NotVisible(area_id)

    def act(form: forms.AreaForm, _upload: Upload | None, at: datetime) -> str:
        operations.area_change(
            area_id=row.pk, values=form.values, seen=form.was_seen, actor=actor, at=at
        )
        return reverse("registry:areas")

    return edit(
        request,
        shown=lambda: forms.AreaForm.of(row),
        bound=forms.AreaForm,
        act=act,
        title=_("修改片区"),
        back_url=reverse("registry:areas"),
        button=_("保存"),
        said=_("已保存。"),
    )
