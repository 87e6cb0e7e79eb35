from django.apps import AppConfig


class ServicedeskConfig(AppConfig):
    name = "yuanqi.servicedesk"
    label = "servicedesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.foundation import subscribers
        from yuanqi.knowledge import labels
        from yuanqi.notices import wording

        from . import erasing, notices, notices_words, parameters_defined, search_index
        from .rows import category_names

        subscribers.subscribe("notices", notices.handle)
        wording.register(notices.SOURCE, notices_words.lines, notices_words.GROUPS)
        subscribers.subscribe("search", search_index.handle)
        erasing.define()
        parameters_defined.define()
        labels.register_categories(lambda: list(category_names().items()))
