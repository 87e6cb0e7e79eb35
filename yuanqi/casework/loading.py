"""Publishing mechanisms: what ships with the program, and a park's own, become versions.

A case keeps the version it began with; limits are rules with a validity, so that those of a new
version begin on a day and leave older cases alone.
"""

from datetime import date, datetime
from importlib import resources
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT

from .definition import MechanismDefinition, check, report
from .events import MechanismPublished
from .models import LimitRule, Mechanism, MechanismVersion
from .reading import Problem


class DefinitionError(Invalid):
    """A definition with problems; nothing of it has been published."""

    def __init__(self, problems: list[Problem], name: str) -> None:
        super().__init__(report(name, problems))
        self.problems = problems


def shipped() -> dict[str, str]:
    """Return the text of each mechanism by file name without its ending.

    A file of the park, in `mechanisms` under its data directory, replaces the one that ships
    with the program under the same name. `{zone}` in a text stands for the park's own name.
    """
    package = resources.files(__package__) / "shipped"
    texts = {
        Path(item.name).stem: item.read_text("utf-8")
        for item in package.iterdir()
        if item.name.endswith(".yaml")
    }
    own = Path(settings.VAR) / "mechanisms"
    texts |= {path.stem: path.read_text("utf-8") for path in sorted(own.glob("*.yaml"))}
    zone = settings.ZONE_NAME["zh-hans"]
    return {name: text.replace("{zone}", zone) for name, text in sorted(texts.items())}


@transaction.atomic
def publish_all(*, actor: Actor, at: datetime, valid_from: date) -> list[MechanismVersion]:
    """Publish every mechanism of `shipped`: all of them, or none.

    A file bears the code of its mechanism as its name, so that no two define the same one.
    Raises what `publish` raises, naming the file.
    """
    versions = []
    for name, text in shipped().items():
        file = f"{name}.yaml"
        version = publish(text, actor=actor, at=at, valid_from=valid_from, name=file)
        code = version.mechanism.code
        if code != name:
            raise DefinitionError([Problem(1, "code", f"the file must be named {code}.yaml")], file)
        versions.append(version)
    return versions


@transaction.atomic
def publish(
    text: str, *, actor: Actor, at: datetime, valid_from: date, name: str = "definition"
) -> MechanismVersion:
    """Publish a definition as the next version of its mechanism; its limits hold from a day on.

    What is in force already is returned as it stands: publishing it again does nothing. A limit
    that has changed ends, and the new one begins, on `valid_from`. The first version may hold
    from any day; a later one from the day after `at` at the earliest, so that no case raised
    under the old limits gets new ones.

    Raises NotAllowed; DefinitionError with every problem; Invalid for a day that is too early.
    """
    if actor.side is not Side.SYSTEM and not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("办理规则由系统管理员发布。"))
    definition, problems = check(text)
    if definition is None:
        raise DefinitionError(problems, name)
    stream = f"mechanism:{definition.code}"
    journal.lock(stream)  # two who publish the same mechanism come one after the other
    newest: MechanismVersion | None = (
        MechanismVersion.objects.select_related("mechanism")
        .filter(mechanism__code=definition.code)
        .order_by("-number")
        .first()
    )
    if newest is not None and newest.digest == definition.digest:
        return newest
    if newest is not None:
        mechanism, number = newest.mechanism, newest.number + 1
        _refuse_too_early(mechanism, at, valid_from)
    else:
        mechanism, number = DIRECT.insert(Mechanism(code=definition.code)), 1
    version = DIRECT.insert(
        MechanismVersion(
            mechanism=mechanism,
            number=number,
            digest=definition.digest,
            definition=definition.as_json(),
            published_at=at,
        )
    )
    before = MechanismDefinition.model_validate(newest.definition) if newest else None
    begun, ended = _replace_limits(mechanism, before, definition, valid_from)
    journal.record(
        MechanismPublished(
            code=definition.code,
            number=number,
            digest=definition.digest,
            valid_from=valid_from,
            limits_begun=begun,
            limits_ended=ended,
        ),
        stream=stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return version


def _refuse_too_early(mechanism: Mechanism, at: datetime, valid_from: date) -> None:
    if valid_from <= timezone.localtime(at).date():
        raise Invalid(_("新版办理规则最早从明天起生效，已提出的诉求仍按原时限。"), "valid_from")
    last = LimitRule.objects.filter(mechanism=mechanism).order_by("-valid_from").first()
    if last is not None and valid_from <= last.valid_from:
        raise Invalid(
            _("已有一版办理规则从%(day)s起生效，新的一版要晚于那一天。")
            % {"day": last.valid_from.isoformat()},
            "valid_from",
        )


def _replace_limits(
    mechanism: Mechanism,
    before: MechanismDefinition | None,
    definition: MechanismDefinition,
    valid_from: date,
) -> tuple[int, int]:
    """End the rules that the definition changes or leaves out, begin the new ones; count both.

    What it defines as the version before did isn't touched: the park may have set its own since
    (`limit_rules`).
    """
    standing = {
        (rule.purpose, rule.level, rule.category): rule
        for rule in LimitRule.objects.filter(mechanism=mechanism, valid_until__isnull=True)
    }
    wanted = {limit.key: limit for limit in definition.limits}
    defined = {limit.key: limit for limit in before.limits} if before else {}
    alike = {key for key, limit in wanted.items() if defined.get(key) == limit}
    ended = [
        rule
        for key, rule in standing.items()
        if (
            key not in alike
            and (rule.amount, rule.base, rule.source)
            != (wanted[key].amount, wanted[key].base, wanted[key].source)
            if key in wanted
            else key in defined
        )
    ]
    for rule in ended:
        DIRECT.update(rule, valid_until=valid_from)
    kept = standing.keys() - {(rule.purpose, rule.level, rule.category) for rule in ended}
    begun = [limit for key, limit in wanted.items() if key not in kept | alike]
    for limit in begun:
        DIRECT.insert(
            LimitRule(
                mechanism=mechanism,
                purpose=limit.purpose,
                level=limit.level,
                category=limit.category,
                amount=limit.amount,
                base=limit.base,
                source=limit.source,
                valid_from=valid_from,
            )
        )
    return len(begun), len(ended)
