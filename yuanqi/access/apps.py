from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "yuanqi.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import policy, sentences

        policy.define()
        sentences.describe()
