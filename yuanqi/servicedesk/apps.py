from django.apps import AppConfig


class ServicedeskConfig(AppConfig):
    name = "yuanqi.servicedesk"
    label = "servicedesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.foundation import subscribers

        from . import notices, search_index

        subscribers.subscribe("notices", notices.handle)
        subscribers.subscribe("search", search_index.handle)
