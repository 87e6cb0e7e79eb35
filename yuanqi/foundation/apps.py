from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "yuanqi.foundation"
    label = "foundation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from .wire import read_instants_fast

        connection_created.connect(read_instants_fast)
