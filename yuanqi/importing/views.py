"""Beginning an import, and each act on it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.errors import Conflict, Invalid, OutOfSpace
from yuanqi.foundation.files import TooLarge
from yuanqi.foundation.once import once, result_of
from yuanqi.signin.places import address_of

from . import exports, operations, queries, store, workbooks
from .forms import BeginForm
from .models import ImportKind

_LATEST = (pages.Key("id", descending=True),)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Hand a file in; below, the imports there were."""
    kinds = queries.require_any(request.actor)
    if request.method == "POST":
        return _begin(request, BeginForm(request.POST, request.FILES, kinds=kinds))
    wanted = request.GET.get("kind", "")
    initial = {"kind": wanted} if wanted in kinds else {}
    return _page(request, BeginForm(kinds=kinds, initial=initial))


def _page(request: HttpRequest, form: BeginForm, status: int = 200) -> HttpResponse:
    listed = queries.imports_visible_to(request.actor).select_related("by__officer")
    page = pages.keyset_page(listed, _LATEST, request.GET.get(pages.AFTER, ""), size=20)
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 次") % {"last": len(page.rows)}
    context = {
        "page_title": _("批量导入"),
        "form": form,
        "templates": [(kind, ImportKind(kind).label) for kind in queries.kinds_for(request.actor)],
        "page": page,
        "foot": foot,
        "count": pages.count_of(listed),
    }
    return render(request, "importing/imports.html", context, status=status)


def _begin(request: HttpRequest, form: BeginForm) -> HttpResponse:
    sent = request.FILES.get("file")
    if isinstance(sent, TooLarge):
        form.add_error("file", _("文件超过 20 MB。请去掉图片和格式，或分成几个文件。"))
    if not form.is_valid():
        return _page(request, form, 422)
    account, key = request.user.pk, form.cleaned_data["once"]
    if (location := result_of(account_id=account, key=key)) is not None:
        return HttpResponseRedirect(location, status=303)
    file = form.cleaned_data["file"]
    try:
        taken = store.take(file.name, file.chunks())
    except (Invalid, OutOfSpace) as error:
        form.add_error("file", error.message)
        return _page(request, form, 422)

    def act() -> str:
        imported = operations.import_begin(
            kind=form.cleaned_data["kind"], taken=taken, actor=request.actor, at=timezone.now()
        )
        return reverse("importing:import", args=[imported.pk])

    try:
        location = once(account_id=account, key=key, at=timezone.now(), act=act)
    except Conflict as error:
        form.add_error("file", error.message)
        return _page(request, form, 409)
    finally:
        taken.drop()
    return HttpResponseRedirect(location, status=303)


@login_required
@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The workbook to fill in."""
    if kind not in queries.require_any(request.actor):
        raise Http404
    file = sheets.temporary()
    workbooks.template(file, kind=kind, today=timezone.localdate())
    name = _("导入模板-%(kind)s.xlsx") % {"kind": ImportKind(kind).label}
    return sheets.download(file, name)


@login_required
@require_POST
def check(request: HttpRequest, import_id: int) -> HttpResponse:
    """Take the matching of columns, and have the file checked."""
    imported = queries.import_visible(import_id, request.actor)
    matching = [request.POST.get(f"column-{place}", "") for place in range(len(imported.head))]
    try:
        operations.import_match(
            import_id=import_id, matching=matching, actor=request.actor, at=timezone.now()
        )
    except Invalid as error:
        messages.error(request, error.message)
        query = "&".join(f"c{place}={key}" for place, key in enumerate(matching) if key)
        return _to(import_id, f"?step=columns&{query}")
    return _to(import_id)


@login_required
@require_POST
def choose(request: HttpRequest, import_id: int) -> HttpResponse:
    """Say what to do with the rows of one page that the register knows."""
    choices = {
        int(name[7:]): value
        for name, value in request.POST.items()
        if name.startswith("choice-") and name[7:].isascii() and name[7:].isdecimal()
    }
    operations.choices_set(
        import_id=import_id, choices=choices, actor=request.actor, at=timezone.now()
    )
    messages.success(request, _("已记下您的选择。"))
    queries.import_visible(import_id, request.actor)
    after = request.POST.get("after", "")
    return _to(import_id, f"?after={after}" if after else "")


@login_required
@require_POST
def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """Bring the file in."""
    operations.import_confirm(
        import_id=import_id,
        common_choice=request.POST.get("common_choice", "skip"),
        actor=request.actor,
        at=timezone.now(),
    )
    return _to(import_id)


@login_required
@require_POST
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    operations.import_discard(import_id=import_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已放弃，什么都没有写入。"))
    return HttpResponseRedirect(reverse("importing:imports"), status=303)


@login_required
@require_POST
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    operations.import_undo(import_id=import_id, actor=request.actor, at=timezone.now())
    return _to(import_id)


def _to(import_id: int, query: str = "") -> HttpResponse:
    address = reverse("importing:import", args=[import_id]) + query
    return HttpResponseRedirect(address, status=303)


@login_required
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """A list of a register as a workbook, narrowed as its page is."""
    file = sheets.temporary()
    exports.export(
        file,
        kind=kind,
        query=request.GET.dict(),
        address=address_of(request),
        actor=request.actor,
        at=timezone.now(),
    )
    name = f"{ImportKind(kind).label}-{timezone.localdate():%Y%m%d}.xlsx"
    return sheets.download(file, name)
