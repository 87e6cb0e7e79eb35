from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "yuanqi.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import erasers, keeping, words

        words.define()
        keeping.define()
        erasers.define()
