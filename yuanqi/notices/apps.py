from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "yuanqi.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers

        from . import erasing, event_names, following, parameters_defined, retention

        subscribers.subscribe("notices", following.handle)
        retention.define()
        erasing.define()
        parameters_defined.define()
        kinds.name(event_names.NAMES)
