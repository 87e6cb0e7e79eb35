from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "yuanqi.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.access import bearers
        from yuanqi.foundation import actors, subscribers
        from yuanqi.notices import wording
        from yuanqi.organisation import merging as units

        from . import erasing
        from .bearing import Contacts
        from .contacting import budgets, notices, words
        from .facts import shipping
        from .moving import LINKS
        from .queries import contact_of
        from .serving import links_of

        actors.register_provider(contact_of)
        actors.register_provider(links_of)
        bearers.register(Contacts())
        units.register(LINKS)
        erasing.define()
        shipping.ship()
        budgets.define()
        words.define()
        subscribers.subscribe("contacting-notices", notices.handle, notices.KINDS)
        wording.register(notices.SOURCE, notices.lines, notices.GROUPS)
        _describe()


def _describe() -> None:
    """Name the register's events for the audit administrator; the chain names no person."""
    from yuanqi.audit import kinds

    from . import event_names
    from .timeline_words import WORDS, Names

    nobody = Names()
    for kind, words in WORDS.items():
        kinds.describe(kind, lambda payload, words=words: words(payload, nobody) or "")
    kinds.name(event_names.NAMES)
