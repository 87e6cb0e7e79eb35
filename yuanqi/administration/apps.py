from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "yuanqi.administration"
    label = "administration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.notices import following, wording

        from . import notices, words

        following.follow(notices.notices_make)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        words.define()
