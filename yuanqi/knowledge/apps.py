from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "yuanqi.knowledge"
    label = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.organisation import merging

        from .moving import ENTRIES

        merging.register(ENTRIES)
