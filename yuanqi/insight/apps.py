from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "yuanqi.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.foundation import subscribers

        from . import figures

        subscribers.subscribe("figures", figures.handle)
