from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "yuanqi.importing"
    label = "importing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import retention, sentences

        retention.define()
        sentences.define()
