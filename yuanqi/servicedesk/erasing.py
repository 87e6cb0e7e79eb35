"""What requests hold of a person: his words stay, he is found by them no more."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yuanqi.audit import erasing, subjects
from yuanqi.audit.erasing import ERASED, Person, Removed
from yuanqi.casework.models import Case, CaseState, Message
from yuanqi.registry.erasing import CONTACT
from yuanqi.registry.models import ContactPerson

from . import search_index


def define() -> None:
    """Make it known (from `apps.py`)."""
    erasing.register_objection("servicedesk", objection)
    # after the register: the index is made of what is left
    erasing.register("servicedesk", erase)
    subjects.register("case", _numbers)


def _numbers(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Case.objects.filter(pk__in=ids).values_list("pk", "number"))


def objection(person: Person) -> str:
    """While requests of his enterprise are open, its main contact is needed to settle them."""
    if person.kind != CONTACT:
        return ""
    if not ContactPerson.objects.filter(pk=person.id, is_main=True, is_active=True).exists():
        return ""
    waiting = Case.objects.filter(enterprise_id=person.enterprise_id)
    count = waiting.exclude(state=CaseState.CLOSED).count()
    if not count:
        return ""
    return _(
        "他是主要联系人，企业还有 %(count)s 件诉求没有办结。"
        "请先把主要联系人换成别人，或者等这些诉求办结。"
    ) % {"count": count}


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Index his requests again without his name; take his name off his texts, which stay."""
    if person.kind != CONTACT:
        return []
    own = list(Case.objects.filter(request__contact_id=person.id).values_list("pk", flat=True))
    search_index.index(own)
    texts = len(own)
    if person.account_id is not None:
        texts += Message.objects.filter(author_id=person.account_id).update(author_name=ERASED)
    return [
        Removed(gettext_noop("搜索里的姓名"), len(own)),
        Removed(gettext_noop("他写的诉求和留言（业务记录，保留）"), texts, is_left=True),
    ]
