from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "yuanqi.organisation"
    label = "organisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.foundation import actors

        from .people import officer_of

        actors.register_provider(officer_of)
