from django.apps import AppConfig


class ServicedeskConfig(AppConfig):
    name = "yuanqi.servicedesk"
    label = "servicedesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds
        from yuanqi.casework import queries as cases
        from yuanqi.conditions import kinds as conditions
        from yuanqi.foundation import subscribers
        from yuanqi.knowledge import labels
        from yuanqi.notices import following, wording
        from yuanqi.organisation import merging

        from . import erasing, event_names, notices, notices_words, parameters_defined, search_index
        from .moving import CATEGORIES
        from .queries import category_names
        from .routing import ROUTE

        following.follow(notices.notices_make)
        wording.register(notices.SOURCE, notices_words.lines, notices_words.GROUPS)
        subscribers.subscribe("search", search_index.handle)
        erasing.define()
        parameters_defined.define()
        labels.register_categories(lambda: list(category_names().items()))
        merging.register(CATEGORIES)
        conditions.define(ROUTE)
        kinds.name(event_names.NAMES)
        cases.read_along("request")
