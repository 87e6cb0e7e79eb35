from django.apps import AppConfig


class ServicedeskConfig(AppConfig):
    name = "yuanqi.servicedesk"
    label = "servicedesk"
    default_auto_field = "django.db.models.BigAutoField"
