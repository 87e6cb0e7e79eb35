"""What of meetings moves when an officer leaves, or departments or enterprises become one."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from . import acts
from .models import Answer, Guest, Invitation, Item, ItemState, Meeting


class Meetings:
    """The meetings that an officer hosts, his open tasks, where he would have come."""

    stays_with_person = True  # who took something on keeps it wherever he sits

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        tasks = Item.objects.filter(owner=officer, state=ItemState.TASK)
        hosted, coming = _hosted(officer), _coming(officer)
        count = tasks.count() + hosted.count() + coming.count()
        ids = {
            *tasks.values_list("meeting", flat=True), *hosted.values_list("pk", flat=True),
            *coming.values_list("meeting", flat=True),
        }  # fmt: skip
        streams = tuple(sorted(f"meeting:{pk}" for pk in ids))
        return Work(label=_("会议和会议任务"), count=count, streams=streams) if count else None

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return None  # its officers keep their tasks, whatever their department is called

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        tasks = Item.objects.filter(owner=officer, state=ItemState.TASK).order_by("pk")
        for item in tasks.select_related("meeting"):
            acts.task_hand_over(DIRECT, item, to, actor=actor, at=at)
        for row in _hosted(officer):
            acts.host_change(DIRECT, row, to, actor=actor, at=at)
        for one in _coming(officer):
            acts.invitation_answer(DIRECT, one, officer=to, note=one.note, actor=actor, at=at)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        Item.objects.filter(department=department, state=ItemState.TASK).update(department=into)
        Meeting.objects.filter(department=department).update(department=into)
        theirs = Invitation.objects.filter(department=department)
        both = Invitation.objects.filter(department=into).values("meeting")
        theirs.exclude(meeting__in=both).update(department=into)

    def officer_moved(self, officer: Officer, before: Department) -> None:
        """His tasks go with him, for his new department."""
        Item.objects.filter(owner=officer, state=ItemState.TASK).update(
            department=officer.department_id
        )


MEETINGS = Meetings()


def _hosted(officer: Officer) -> QuerySet[Meeting]:
    return Meeting.objects.filter(host=officer, closed_at=None, called_off_at=None).order_by("pk")


def _coming(officer: Officer) -> QuerySet[Invitation]:
    found = Invitation.objects.filter(officer=officer, answer=Answer.COMES, came=None)
    still = Q(meeting__closed_at=None, meeting__called_off_at=None)
    return found.filter(still).select_related("meeting").order_by("pk")


def _count(old: Enterprise) -> int:
    return (
        Guest.objects.filter(enterprise=old).count() + Item.objects.filter(enterprise=old).count()
    )


def _move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    both = Guest.objects.filter(enterprise=into).values("meeting")
    # asked under both names it was asked once
    Guest.objects.filter(enterprise=old, meeting__in=both).delete()
    Guest.objects.filter(enterprise=old).update(enterprise=into)
    Item.objects.filter(enterprise=old).update(enterprise=into)


MOVER = Mover("meetings", gettext_lazy("会议"), _count, _move)
