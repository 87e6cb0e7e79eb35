from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "yuanqi.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.access import bearers
        from yuanqi.foundation import actors

        from .bearing import Contacts
        from .queries import contact_of, links_of

        actors.register_provider(contact_of)
        actors.register_provider(links_of)
        bearers.register(Contacts())
