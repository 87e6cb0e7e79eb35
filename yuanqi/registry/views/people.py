"""Keeping contacts and links."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuanqi.audit import reading
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.signin.places import address_of

from .. import forms, operations
from ..models import ContactPerson, Link
from ..queries import enterprise_visible
from ..rights import Part, require
from ._editing import edit, press


def _back(enterprise_id: int) -> str:
    return reverse("registry:people", args=[enterprise_id])


@login_required
@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    require(Part.CONTACTS, found, actor)

    def act(form: forms.ContactForm, _upload: Upload | None, at: datetime) -> str:
        is_first = not found.people.filter(is_active=True, is_main=True).exists()
        operations.contact_add(
            enterprise_id=found.pk, is_main=is_first, actor=actor, at=at, **form.values
        )
        return _back(found.pk)

    return edit(
        request,
        shown=forms.ContactForm,
        bound=forms.ContactForm,
        act=act,
        title=_("登记联系人"),
        back_url=_back(found.pk),
        button=_("保存"),
        said=_("已登记联系人。"),
        more={"subject": found},
    )


def _contact(enterprise_id: int, contact_id: int, actor: Actor) -> ContactPerson:
    found = enterprise_visible(enterprise_id, actor)
    require(Part.CONTACTS, found, actor)
    row = found.people.filter(pk=contact_id, is_active=True).first()
    if row is None:
        raise NotVisible(contact_id)
    return row


@login_required
@require_http_methods(["GET", "POST"])
def contact_edit(request: HttpRequest, enterprise_id: int, contact_id: int) -> HttpResponse:
    actor: Actor = request.actor
    row = _contact(enterprise_id, contact_id, actor)
    if request.method == "GET":
        reading.note(
            actor=actor, at=timezone.now(), subject=f"enterprise:{enterprise_id}", what="phone",
            address=address_of(request), of=[f"contact:{row.pk}"],
        )  # fmt: skip

    def act(form: forms.ContactForm, _upload: Upload | None, at: datetime) -> str:
        operations.contact_change(
            enterprise_id=enterprise_id, contact_id=row.pk, values=form.values,
            seen=form.was_seen, actor=actor, at=at,
        )  # fmt: skip
        return _back(enterprise_id)

    return edit(
        request,
        shown=lambda: forms.ContactForm.of(row),
        bound=forms.ContactForm,
        act=act,
        title=_("修改联系人"),
        back_url=_back(enterprise_id),
        button=_("保存"),
        said=_("已保存。"),
    )


@login_required
@require_POST
def contact_main(request: HttpRequest, enterprise_id: int, contact_id: int) -> HttpResponse:
    actor: Actor = request.actor
    return press(
        request,
        act=lambda at: operations.contact_make_main(
            enterprise_id=enterprise_id, contact_id=contact_id, actor=actor, at=at
        ),
        back_url=_back(enterprise_id),
        said=_("已设为主要联系人。"),
    )


@login_required
@require_POST
def contact_retire(request: HttpRequest, enterprise_id: int, contact_id: int) -> HttpResponse:
    actor: Actor = request.actor
    return press(
        request,
        act=lambda at: operations.contact_retire(
            enterprise_id=enterprise_id, contact_id=contact_id, actor=actor, at=at
        ),
        back_url=_back(enterprise_id),
        said=_("已停用，以前说过的话都还在。"),
    )


# links -------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def link_new(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    require(Part.LINKS, found, actor)

    def act(form: forms.LinkForm, _upload: Upload | None, at: datetime) -> str:
        operations.link_begin(enterprise_id=found.pk, actor=actor, at=at, **form.values)
        return _back(found.pk)

    return edit(
        request,
        shown=lambda: forms.LinkForm(initial={"from_on": timezone.localdate()}),
        bound=forms.LinkForm,
        act=act,
        title=_("安排挂钩干部"),
        back_url=_back(found.pk),
        button=_("开始挂钩"),
        said=_("挂钩已经开始。"),
        more={"subject": found},
    )


def _link(enterprise_id: int, link_id: int, actor: Actor) -> Link:
    found = enterprise_visible(enterprise_id, actor)
    require(Part.LINKS, found, actor)
    row = found.links.select_related("officer").filter(pk=link_id).first()
    if row is None:
        raise NotVisible(link_id)
    return row


@login_required
@require_http_methods(["GET", "POST"])
def link_hand_over(request: HttpRequest, enterprise_id: int, link_id: int) -> HttpResponse:
    actor: Actor = request.actor
    row = _link(enterprise_id, link_id, actor)

    def act(form: forms.HandOverForm, _upload: Upload | None, at: datetime) -> str:
        operations.link_hand_over(link_id=row.pk, actor=actor, at=at, **form.values)
        return _back(enterprise_id)

    return edit(
        request,
        shown=lambda: forms.HandOverForm(initial={"from_on": timezone.localdate()}),
        bound=forms.HandOverForm,
        act=act,
        title=_("更换%(name)s") % {"name": row.officer.name},
        back_url=_back(enterprise_id),
        button=_("更换"),
        said=_("已更换挂钩干部。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def link_end(request: HttpRequest, enterprise_id: int, link_id: int) -> HttpResponse:
    actor: Actor = request.actor
    row = _link(enterprise_id, link_id, actor)

    def act(form: forms.LinkEndForm, _upload: Upload | None, at: datetime) -> str:
        operations.link_end(link_id=row.pk, actor=actor, at=at, **form.values)
        return _back(enterprise_id)

    return edit(
        request,
        shown=lambda: forms.LinkEndForm(initial={"until_on": timezone.localdate()}),
        bound=forms.LinkEndForm,
        act=act,
        title=_("结束%(name)s的挂钩") % {"name": row.officer.name},
        back_url=_back(enterprise_id),
        button=_("结束挂钩"),
        said=_("挂钩已经结束。"),
    )
