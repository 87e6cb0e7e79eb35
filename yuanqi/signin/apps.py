from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "yuanqi.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import erasing, policy, telling

        policy.define()
        erasing.define()
        telling.register()
