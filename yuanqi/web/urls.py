"""Start pages."""

from django.urls import path

from . import starts, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("portal/", starts.portal, name="portal"),
    path("day/", starts.day, name="day"),
]
