from django.apps import AppConfig


class VisitingConfig(AppConfig):
    name = "yuanqi.visiting"
    label = "visiting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording
        from yuanqi.organisation import merging as units
        from yuanqi.registry import handing, inserts, merging, timeline_words
        from yuanqi.registry.contacting import budgets

        from . import erasing, event_names, known, moving, notices, parameters_defined, plans
        from .timeline_words import WORDS as told

        parameters_defined.define()
        erasing.define()
        known.describe()
        budgets.register(plans.budgets)
        kinds.name(event_names.NAMES)
        for kind, words in told.items():
            timeline_words.tell(kind, words)
        subscribers.subscribe("visiting-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        inserts.register("overview", moving.of_overview)
        inserts.register("profile", moving.of_page)
        handing.register(moving.of_link)
        units.register(moving.PLANNED)
        for mover in moving.MOVERS:
            merging.register(mover)
