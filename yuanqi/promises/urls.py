"""Addresses of promises."""

from django.urls import path

from . import views

app_name = "promises"
_ONE = "promises/<int:promise_id>/"

urlpatterns = [
    path("promises/", views.promises, name="promises"),
    path("promises/new/<int:enterprise_id>/", views.make, name="make"),
    path(_ONE, views.promise, name="promise"),
    path(_ONE + "keeping/", views.keep, name="keep"),
    path(_ONE + "breaking/", views.break_, name="break"),
    path(_ONE + "withdrawal/", views.withdraw, name="withdraw"),
    path(_ONE + "handover/", views.hand_over, name="hand_over"),
    path(_ONE + "file/", views.file, name="file"),
]
