from django.apps import AppConfig


class ParametersConfig(AppConfig):
    name = "yuanqi.parameters"
    label = "parameters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import groups

        groups.define()
