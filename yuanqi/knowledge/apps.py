from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "yuanqi.knowledge"
    label = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.organisation import merging

        from . import event_names
        from .moving import ENTRIES

        merging.register(ENTRIES)
        kinds.name(event_names.NAMES)
