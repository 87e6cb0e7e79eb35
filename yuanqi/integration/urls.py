"""Addresses of tokens and webhooks."""

from django.urls import path

from . import views

app_name = "integration"

urlpatterns = [
    path("integration/", views.home, name="home"),
    path("integration/tokens/", views.token_make, name="token-make"),
    path("integration/tokens/<int:token_id>/revocations/", views.token_revoke, name="token-revoke"),
    path("integration/webhooks/", views.webhook_make, name="webhook-make"),
    path("integration/webhooks/<int:webhook_id>/", views.webhook, name="webhook"),
    path("integration/webhooks/<int:webhook_id>/tests/", views.webhook_test, name="webhook-test"),
    path(
        "integration/webhooks/<int:webhook_id>/pauses/", views.webhook_pause, name="webhook-pause"
    ),
    path(
        "integration/webhooks/<int:webhook_id>/resumptions/",
        views.webhook_resume,
        name="webhook-resume",
    ),
    path(
        "integration/webhooks/<int:webhook_id>/secrets/",
        views.webhook_secret,
        name="webhook-secret",
    ),
    path(
        "integration/webhooks/<int:webhook_id>/removals/",
        views.webhook_remove,
        name="webhook-remove",
    ),
    path(
        "integration/deliveries/<int:delivery_id>/repeats/",
        views.delivery_repeat,
        name="delivery-repeat",
    ),
]
