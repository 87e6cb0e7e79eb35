from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "yuanqi.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.organisation import merging as units
        from yuanqi.registry import merging

        from . import event_names, parameters_defined, retention
        from .merging import CASES
        from .moving import CASES as OPEN_CASES

        merging.register(CASES)
        units.register(OPEN_CASES)
        retention.define()
        parameters_defined.define()
        kinds.name(event_names.NAMES)
