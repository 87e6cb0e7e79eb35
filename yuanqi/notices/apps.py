from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "yuanqi.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import erasing, parameters_defined, retention

        retention.define()
        erasing.define()
        parameters_defined.define()
