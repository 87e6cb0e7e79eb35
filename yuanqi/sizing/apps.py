from django.apps import AppConfig


class SizingConfig(AppConfig):
    name = "yuanqi.sizing"
    label = "sizing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds as audited
        from yuanqi.conditions import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.registry import facts, inserts, merging, timeline_words

        from . import event_names, following, known, panel, thresholds
        from .moving import SIZES

        kinds.define(thresholds.SIZE_CLASS)
        thresholds.ship()
        facts.define(*known.FIELDS)
        facts.provide(known.PROVIDER)
        audited.name(event_names.NAMES)
        timeline_words.tell(event_names.CHANGED, event_names.changed)
        subscribers.subscribe("sizing", following.handle, following.KINDS)
        merging.register(SIZES)
        merging.works_out(self.get_model("EnterpriseSize"), "enterprise_id")
        inserts.register("profile", panel.of)
