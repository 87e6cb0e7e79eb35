"""When two enterprises become one: the second one's cases are the first one's."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from .events import CaseTaken
from .models import Case, CaseAccess


def _move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    """Each case with its event, so that its index, lists and pages follow; and who may see it."""
    cases = list(Case.objects.filter(enterprise=old).order_by("pk").values_list("pk", flat=True))
    journal.lock(*(f"case:{pk}" for pk in cases))
    Case.objects.filter(pk__in=cases).update(enterprise=into)
    seen = CaseAccess.objects.filter(grantee=f"e{into.pk}").values("case")
    theirs = CaseAccess.objects.filter(grantee=f"e{old.pk}")
    theirs.filter(case__in=seen).delete()
    theirs.update(grantee=f"e{into.pk}")
    for pk in cases:
        journal.record(
            CaseTaken(case_id=pk, from_enterprise_id=old.pk, enterprise_id=into.pk),
            stream=f"case:{pk}",
            audience=Audience.ENTERPRISE,
            actor=actor,
            at=at,
            enterprise_id=into.pk,
        )


CASES = Mover("cases", _("诉求"), lambda old: Case.objects.filter(enterprise=old).count(), _move)
