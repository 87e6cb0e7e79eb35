from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "yuanqi.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.foundation import subscribers
        from yuanqi.notices import wording
        from yuanqi.organisation import merging as departments
        from yuanqi.registry import inserts, merging, timeline_words

        from . import erasing, event_names, moving, notices, panel
        from .timeline_words import WORDS as told

        erasing.define()
        kinds.name(event_names.NAMES)
        for kind, words in told.items():
            timeline_words.tell(kind, words)
        subscribers.subscribe("meetings-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        inserts.register("profile", panel.of)
        merging.register(moving.MOVER)
        departments.register(moving.MEETINGS)
