from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "yuanqi.gates"
    label = "gates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.conditions import kinds
        from yuanqi.registry import gates, inserts

        from . import judging, panel, table

        kinds.define(table.STAGE_GATE)
        table.ship()
        gates.register(judging.lacks_of)
        inserts.register("project", panel.of)
