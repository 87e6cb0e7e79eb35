"""Start pages and the language switch."""

from django.urls import path

from . import starts, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("portal/", starts.portal, name="portal"),
    path("day/", starts.day, name="day"),
]
