"""Saved views: a list as somebody wants to see it again, under a name of his own."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.prepared import Given, Read
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.parameters import parameters

from .ledger_events import ViewDeleted, ViewRenamed, ViewSaved
from .models import SavedView
from .parameters_defined import VIEWS_MOST

LONGEST_NAME = 30
LONGEST_QUERY = 1000


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The actor's own views, by name."""
    return _of(actor.account_id)


def _of(account: int | Given | None) -> QuerySet[SavedView]:
    return SavedView.objects.filter(account=account).order_by("name")


_OWN = Read(lambda: _of(Given("account")))


def views_shown(actor: Actor) -> list[SavedView]:
    """The same, for every page of the list."""
    return _OWN.all(account=actor.account_id)


def view_visible(view_id: int, actor: Actor) -> SavedView:
    """Return one of the actor's own views. Raises NotVisible."""
    found = views_of(actor).filter(pk=view_id).first()
    if found is None:
        raise NotVisible(view_id)
    return found


def most_views() -> int:
    """How many an account may keep: more are a list that nobody reads."""
    return int(parameters.value(VIEWS_MOST))


@transaction.atomic
def view_save(*, name: str, query: str, actor: Actor, at: datetime) -> int:
    """Keep the address of a list under a name; returns the view's id.

    Raises Invalid; Conflict if the name is taken or there are as many as the park allows.
    """
    journal.lock(_stream(actor))
    name = _name(name)
    if len(query) > LONGEST_QUERY:
        raise Invalid(_("筛选太长，存不下，请少选几项。"))
    most = most_views()
    if views_of(actor).count() >= most:
        raise Conflict(_("最多存 %(most)d 个视图，请先删掉不用的。") % {"most": most})
    with conflict_if_taken(_taken(name)):
        view = DIRECT.insert(
            SavedView(account_id=actor.account_id, name=name, query=query, made_at=at)
        )
    _record(ViewSaved(view_id=view.pk, name=name, query=query), actor, at)
    return view.pk


@transaction.atomic
def view_rename(*, view_id: int, name: str, actor: Actor, at: datetime) -> None:
    """Give a view another name. Raises NotVisible, Invalid; Conflict if the name is taken."""
    journal.lock(_stream(actor))
    view = view_visible(view_id, actor)
    name = _name(name)
    if name == view.name:
        return
    with conflict_if_taken(_taken(name)):
        DIRECT.update(view, name=name)
    _record(ViewRenamed(view_id=view.pk, name=name), actor, at)


@transaction.atomic
def view_delete(*, view_id: int, actor: Actor, at: datetime) -> str:
    """Forget a view; returns its name. Raises NotVisible."""
    journal.lock(_stream(actor))
    view = view_visible(view_id, actor)
    name: str = view.name
    _record(ViewDeleted(view_id=view.pk, name=name), actor, at)
    view.delete()
    return name


def _stream(actor: Actor) -> str:
    return f"account:{actor.account_id}"


def _name(name: str) -> str:
    name = name.replace("\x00", "").strip()
    if not name:
        raise Invalid(_("请给视图起个名字。"), "name")
    if len(name) > LONGEST_NAME:
        raise Invalid(_("名字最多 %(most)d 个字。") % {"most": LONGEST_NAME}, "name")
    return name


def _taken(name: str) -> str:
    return _("已经有叫“%(name)s”的视图，请换个名字。") % {"name": name}


def _record(event: Event, actor: Actor, at: datetime) -> None:
    journal.record(event, stream=_stream(actor), audience=Audience.AUDIT, actor=actor, at=at)
