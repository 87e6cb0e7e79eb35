from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "yuanqi.supervision"
    label = "supervision"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.organisation import merging

        from . import event_names, parameters_defined
        from .moving import ACCOUNTS

        parameters_defined.define()
        merging.register(ACCOUNTS)
        kinds.name(event_names.NAMES)
