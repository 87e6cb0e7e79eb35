from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "yuanqi.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds

        from . import erasing, event_names, parameters_defined, retention

        retention.define()
        erasing.define()
        parameters_defined.define()
        kinds.name(event_names.NAMES)
