from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "yuanqi.organisation"
    label = "organisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.access import bearers
        from yuanqi.foundation import actors

        from . import sentences
        from .bearing import Officers
        from .people import officer_of

        actors.register_provider(officer_of)
        bearers.register(Officers())
        sentences.describe()
