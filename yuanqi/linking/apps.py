from django.apps import AppConfig


class LinkingConfig(AppConfig):
    name = "yuanqi.linking"
    label = "linking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.registry import merging

        from .moving import MOVERS

        for mover in MOVERS:
            merging.register(mover)
