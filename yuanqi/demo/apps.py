from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "yuanqi.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yuanqi.audit import kinds

        from .events import ParkGrown, ParkOpened, PastWritten

        kinds.name(
            {
                ParkOpened.kind: _("演示园区建成"),
                PastWritten.kind: _("补齐往年诉求"),
                ParkGrown.kind: _("演示园区扩充"),
            }
        )
