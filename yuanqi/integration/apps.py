from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "yuanqi.integration"
    label = "integration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording

        from . import deliveries, event_names, retention, words

        wording.register(words.SOURCE, words.lines, words.GROUPS)
        subscribers.subscribe("webhooks", deliveries.handle)
        retention.define()
        kinds.name(event_names.NAMES)
