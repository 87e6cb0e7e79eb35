"""Lists of the park's own: enterprises that a condition finds, whatever it needs them for."""

from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Actor, Role

from .kinds import Kind


def _may_draft(actor: Actor) -> bool:
    return actor.has(Role.CENTRE, Role.HEAD)


def _may_confirm(actor: Actor) -> bool:
    return actor.has(Role.LEADER)


OWN_LISTS = Kind(
    code="own-lists",
    name=_("园区自定名单"),
    purpose=_("按条件找出的企业，随数据更新"),
    may_draft=_may_draft,
    may_confirm=_may_confirm,
    drafters=_("服务中心或部门负责人"),
    confirmers=_("分管领导"),
    is_open=True,
)
