from django.apps import AppConfig


class ConditionsConfig(AppConfig):
    name = "yuanqi.conditions"
    label = "conditions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds as audited
        from yuanqi.organisation import merging
        from yuanqi.registry import facts

        from . import event_names, kinds, sentences
        from .moving import CONDITIONS
        from .own import OWN_LISTS
        from .uses import uses_of

        audited.name(event_names.NAMES)
        sentences.define()
        kinds.define(OWN_LISTS)
        merging.register(CONDITIONS)
        facts.users.register(uses_of)
