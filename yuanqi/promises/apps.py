from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "yuanqi.promises"
    label = "promises"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording
        from yuanqi.organisation import merging as units
        from yuanqi.registry import handing as links
        from yuanqi.registry import inserts, merging, timeline_words

        from . import erasing, event_names, handing, notices
        from .moving import MOVER, PROMISES
        from .timeline_words import WORDS as told

        erasing.define()
        kinds.name(event_names.NAMES)
        for kind, words in told.items():
            timeline_words.tell(kind, words)
        subscribers.subscribe("promises-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        inserts.register("overview", handing.of_overview)
        inserts.register("profile", handing.of_page)
        links.register(handing.of_link)
        units.register(PROMISES)
        merging.register(MOVER)
