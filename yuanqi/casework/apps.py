from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "yuanqi.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.registry import merging

        from .merging import CASES

        merging.register(CASES)
