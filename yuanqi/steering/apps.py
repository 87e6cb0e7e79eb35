from django.apps import AppConfig


class SteeringConfig(AppConfig):
    name = "yuanqi.steering"
    label = "steering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording
        from yuanqi.registry import inserts, merging, timeline_words

        from . import event_names, following, lists, notices, panel, parameters_defined, ranks
        from .moving import MOVERS
        from .timeline_words import WORDS as told

        parameters_defined.define()
        ranks.define()
        lists.define()
        kinds.name(event_names.NAMES)
        for kind, words in told.items():
            timeline_words.tell(kind, words)
        subscribers.subscribe("steering", following.handle, following.KINDS)
        subscribers.subscribe("steering-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        inserts.register("profile", panel.of)
        for mover in MOVERS:
            merging.register(mover)
        merging.works_out(self.get_model("Rank"), "enterprise_id")
