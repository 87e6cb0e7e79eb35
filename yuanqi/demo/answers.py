"""What the departments of the demo park keep in the knowledge base. All fictional."""

from datetime import datetime, timedelta
from importlib import resources

import yaml

from yuanqi.foundation.actors import actor_for
from yuanqi.foundation.models import Account
from yuanqi.knowledge import operations
from yuanqi.knowledge.models import EntryAudience
from yuanqi.organisation.models import Department

from . import people


def load(now: datetime) -> int:
    """Write the entries, each by the handler of its unit; returns how many."""
    entries = yaml.safe_load(
        resources.files("yuanqi.demo").joinpath("answers.yaml").read_text("utf-8")
    )
    units = {unit.code: unit.pk for unit in Department.objects.all()}
    for entry in entries:
        account = Account.objects.get(username=people.HANDLERS[entry["unit"]])
        operations.entry_make(
            question=entry["question"],
            answer=entry["answer"].strip(),
            category=entry["category"],
            department_id=units[entry["unit"]],
            audience=EntryAudience.PUBLIC,
            expires_on=now.date() + timedelta(days=entry["days"]),
            is_published=True,
            actor=actor_for(account, now),
            at=now,
        )
    return len(entries)
