from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "yuanqi.administration"
    label = "administration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import words

        words.define()
