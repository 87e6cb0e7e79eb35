"""An enterprise's profile: what it is, its papers, and the forms that keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.audit import reading
from yuanqi.foundation import files, pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.signin.places import address_of

from .. import forms, industry, inserts, operations
from ..forms import KeptForm
from ..models import Address, Certificate, Enterprise, Investor, Title
from ..page import EXPIRY_DAYS, Term, head_of
from ..queries import enterprise_visible
from ..rights import Part, keeps_register, require, require_register
from ._editing import edit, press


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its form and what its page is called."""

    part: Part
    model: type[Any]
    form: type[KeptForm]
    tab: str
    new: str | Promise
    change: str | Promise


KINDS = {
    "titles": Kind(
        Part.TITLES, Title, forms.TitleForm, "papers",
        gettext_lazy("登记称号"), gettext_lazy("修改称号"),
    ),
    "investors": Kind(
        Part.INVESTORS, Investor, forms.InvestorForm, "profile",
        gettext_lazy("登记投资方"), gettext_lazy("修改投资方"),
    ),
    "addresses": Kind(
        Part.ADDRESSES, Address, forms.AddressForm, "profile",
        gettext_lazy("登记地址"), gettext_lazy("修改地址"),
    ),
    "certificates": Kind(
        Part.CERTIFICATES, Certificate, forms.CertificateForm, "papers",
        gettext_lazy("登记证照"), gettext_lazy("修改证照"),
    ),
}  # fmt: skip


# what it is --------------------------------------------------------------------------------------


@login_required
@require_GET
def profile(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """The enterprise's own row, its addresses and investors."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    investors = list(found.investors.all())
    if found.legal_person:
        reading.note(
            actor=actor, at=timezone.now(), subject=found.stream, what="legal_person",
            address=address_of(request),
        )  # fmt: skip
    context = head_of(found, actor, "profile") | {
        "industry": industry.path(found.industry_code),
        "group": found.group,
        "members": _members(found),
        "addresses": list(found.addresses.select_related("area")),
        "investors": investors,
        "countries": dict(forms.profile.COUNTRIES),
        "foreign_share": sum(one.share or 0 for one in investors if one.country != "CN"),
    }
    context["inserts"] = inserts.of("profile", found, actor, timezone.localdate())
    return render(request, "registry/profile.html", context)


def _members(enterprise: Enterprise) -> list[Enterprise]:
    if enterprise.group_id is None:
        return []
    others = Enterprise.objects.filter(group=enterprise.group_id, merged_into__isnull=True)
    return list(others.exclude(pk=enterprise.pk).order_by("id")[:20])


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Put an enterprise into the register."""
    actor: Actor = request.actor
    require_register(actor)

    def act(form: forms.NewEnterpriseForm, _upload: Upload | None, at: datetime) -> str:
        values = form.values
        row = operations.enterprise_register(
            code=values.pop("uscc"), actor=actor, at=at, **values
        )  # fmt: skip
        return reverse("registry:profile", args=[row.pk])

    return edit(
        request,
        shown=forms.NewEnterpriseForm,
        bound=forms.NewEnterpriseForm,
        act=act,
        title=_("登记企业"),
        back_url=reverse("registry:enterprises"),
        button=_("登记入册"),
        said=_("已经登记入册，请接着补全基本情况。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def basics(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Edit the enterprise's own row; the enterprise itself its website."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    full = keeps_register(actor)
    require(Part.BASICS if full else Part.WEBSITE, found, actor)
    form_class = forms.EnterpriseForm if full else forms.WebsiteForm
    back_url = reverse("registry:profile", args=[found.pk])

    def act(form: KeptForm, _upload: Upload | None, at: datetime) -> str:
        operations.enterprise_change(
            enterprise_id=found.pk, values=form.values, seen=form.was_seen, actor=actor, at=at
        )
        return back_url

    if full and "look" in request.POST:
        return _looked_up(request, found, back_url)
    return edit(
        request,
        shown=lambda: form_class.of(found),
        bound=form_class,
        act=act,
        title=_("修改基本情况"),
        back_url=back_url,
        button=_("保存"),
        said=_("已保存。"),
        template="registry/edit_enterprise.html" if full else "registry/edit.html",
        more={"enterprise": found},
    )


def _looked_up(request: HttpRequest, found: Enterprise, back_url: str) -> HttpResponse:
    """The form again, as typed, with the industries that were looked for to choose from."""
    typed = request.POST.dict()
    hits = industry.search(typed.get("industry_q", ""))
    chosen = industry.find(typed.get("industry_code", ""))
    if chosen and chosen not in hits:
        hits = [chosen, *hits]
    # an unticked box is not sent
    initial = {"is_industrial": False, **typed}
    context = {
        "page_title": _("修改基本情况"), "back_url": back_url, "button": _("保存"),
        "enterprise": found, "looked": True, "hits": len(hits),
        "form": forms.EnterpriseForm(initial=initial, found=hits),
    }  # fmt: skip
    return render(request, "registry/edit_enterprise.html", context)


# its papers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper:
    """A title or certificate with how long it holds."""

    row: Any
    term: Term


def _papers(rows: Sequence[Any], today: date) -> list[Paper]:
    found = [Paper(row, Term.of(row.valid_until, today)) for row in rows]
    return sorted(found, key=lambda one: (one.term.is_over, one.term.until or date.max))


@login_required
@require_GET
def papers(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Titles and certificates; those of the group stand apart, as the group's."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    today = timezone.localdate()
    group_titles: list[Paper] = []
    if found.group_id and found.group.head_id not in (None, found.pk):
        group_titles = _papers(list(Title.objects.filter(enterprise=found.group.head_id)), today)
    context = head_of(found, actor, "papers") | {
        "titles": _papers(list(found.titles.all()), today),
        "group": found.group,
        "group_titles": group_titles,
        "certificates": _papers(list(found.certificates.select_related("file")), today),
    }
    return render(request, "registry/papers.html", context)


@login_required
@require_GET
def certificate_file(request: HttpRequest, enterprise_id: int, row_id: int) -> FileResponse:
    """The file of a certificate, as an attachment."""
    found = enterprise_visible(enterprise_id, request.actor)
    row = found.certificates.select_related("file").filter(pk=row_id, file__isnull=False).first()
    if row is None:
        raise NotVisible(row_id)
    try:
        return files.serve(row.file, row.file_name)
    except FileNotFoundError as error:
        raise NotVisible(row_id) from error


@dataclass(frozen=True, slots=True)
class Expiring:
    enterprise: Enterprise
    name: str
    kind: str
    term: Term


@login_required
@require_GET
def expiring(request: HttpRequest) -> HttpResponse:
    """What ends within sixty days, for the service centre: to be told before it is too late."""
    require_register(request.actor)
    today = timezone.localdate()
    last = today + timedelta(days=EXPIRY_DAYS)
    most = pages.EXACT_UP_TO
    near = {"valid_until__range": (today, last), "enterprise__merged_into__isnull": True}
    rows = [
        Expiring(row.enterprise, row.name, str(kind), Term.of(row.valid_until, today))
        for model, kind in ((Certificate, pgettext("one", "证照")), (Title, _("称号")))
        for row in model.objects.filter(**near).select_related("enterprise")
        .order_by("valid_until", "id")[:most]
    ]  # fmt: skip
    rows.sort(key=lambda one: (one.term.days, one.enterprise.pk))
    context = {
        "page_title": _("快到期的资质证照"),
        "back_url": reverse("registry:enterprises"),
        "rows": rows,
        "days": EXPIRY_DAYS,
    }
    return render(request, "registry/expiring.html", context)


# rows of the profile -----------------------------------------------------------------------------


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotVisible(name)
    return KINDS[name]


@login_required
@require_http_methods(["GET", "POST"])
def row_new(request: HttpRequest, enterprise_id: int, kind: str) -> HttpResponse:
    """Add a row of the profile."""
    actor: Actor = request.actor
    one = _kind(kind)
    found = enterprise_visible(enterprise_id, actor)
    require(one.part, found, actor)
    back_url = reverse(f"registry:{one.tab}", args=[found.pk])

    def act(form: KeptForm, upload: Upload | None, at: datetime) -> str:
        operations.profile_add(
            enterprise_id=found.pk, part=one.part, values=form.values, upload=upload,
            actor=actor, at=at,
        )  # fmt: skip
        return back_url

    return edit(
        request,
        shown=one.form,
        bound=one.form,
        act=act,
        title=str(one.new),
        back_url=back_url,
        button=_("保存"),
        said=_("已登记。"),
        more={"subject": found},
    )


@login_required
@require_http_methods(["GET", "POST"])
def row_edit(request: HttpRequest, enterprise_id: int, kind: str, row_id: int) -> HttpResponse:
    """Change a row of the profile."""
    actor: Actor = request.actor
    one = _kind(kind)
    found = enterprise_visible(enterprise_id, actor)
    require(one.part, found, actor)
    row = one.model.objects.filter(pk=row_id, enterprise=found).first()
    if row is None:
        raise NotVisible(row_id)
    back_url = reverse(f"registry:{one.tab}", args=[found.pk])

    def act(form: KeptForm, upload: Upload | None, at: datetime) -> str:
        operations.profile_change(
            enterprise_id=found.pk, part=one.part, row_id=row.pk, values=form.values,
            upload=upload, seen=form.was_seen, actor=actor, at=at,
        )  # fmt: skip
        return back_url

    return edit(
        request,
        shown=lambda: one.form.of(row),
        bound=one.form,
        act=act,
        title=str(one.change),
        back_url=back_url,
        button=_("保存"),
        said=_("已保存。"),
        more={
            "subject": found,
            "remove_url": reverse("registry:row_remove", args=[found.pk, kind, row.pk]),
        },
    )


@login_required
@require_POST
def row_remove(request: HttpRequest, enterprise_id: int, kind: str, row_id: int) -> HttpResponse:
    """Take out a row entered by mistake."""
    actor: Actor = request.actor
    one = _kind(kind)
    return press(
        request,
        act=lambda at: operations.profile_remove(
            enterprise_id=enterprise_id, part=one.part, row_id=row_id, actor=actor, at=at
        ),
        back_url=reverse(f"registry:{one.tab}", args=[enterprise_id]),
        said=_("已删除，变动记录里还查得到。"),
    )


# its group ---------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Join a group, or found one."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    require(Part.GROUP, found, actor)
    back_url = reverse("registry:profile", args=[found.pk])

    def act(form: forms.GroupForm, _upload: Upload | None, at: datetime) -> str:
        values = form.values
        chosen, as_head = values["group"], values["as_head"]
        if chosen is None:
            chosen = operations.group_create(name=values["name"], actor=actor, at=at)
            as_head = True
        operations.group_join(
            enterprise_id=found.pk, group_id=chosen.pk, as_head=as_head, actor=actor, at=at
        )
        return back_url

    return edit(
        request,
        shown=lambda: forms.GroupForm(initial={"group": found.group_id}),
        bound=forms.GroupForm,
        act=act,
        title=_("所属集团"),
        back_url=back_url,
        button=_("保存"),
        said=_("已保存。"),
        more={
            "subject": found,
            "leave_url": found.group_id and reverse("registry:group_leave", args=[found.pk]),
        },
    )


@login_required
@require_POST
def group_leave(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    actor: Actor = request.actor
    return press(
        request,
        act=lambda at: operations.group_leave(enterprise_id=enterprise_id, actor=actor, at=at),
        back_url=reverse("registry:profile", args=[enterprise_id]),
        said=_("已退出集团。"),
    )
