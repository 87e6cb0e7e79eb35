from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "yuanqi.monitoring"
    label = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording
        from yuanqi.registry import merging

        from . import event_names, following, notices, parameters_defined
        from .moving import MOVERS

        parameters_defined.define()
        kinds.name(event_names.NAMES)
        subscribers.subscribe("monitoring", following.handle, following.KINDS)
        subscribers.subscribe("monitoring-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        for mover in MOVERS:
            merging.register(mover)
