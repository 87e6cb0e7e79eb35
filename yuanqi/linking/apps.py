from django.apps import AppConfig


class LinkingConfig(AppConfig):
    name = "yuanqi.linking"
    label = "linking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording
        from yuanqi.registry import handing, merging

        from . import erasing, event_names, following, notices, parameters_defined, parts
        from .moving import MOVERS

        parameters_defined.define()
        erasing.define()
        kinds.name(event_names.NAMES)
        subscribers.subscribe("linking", following.handle, following.KINDS)
        subscribers.subscribe("linking-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        handing.register(parts.requests_open)
        handing.register(parts.advice_open)
        for mover in MOVERS:
            merging.register(mover)
