"""Start pages."""

from django.urls import path

from . import listening, searching, starts, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("portal/", starts.portal, name="portal"),
    path("day/", starts.day, name="day"),
    path("search/", searching.search, name="search"),
    path("news/", listening.news, name="news"),
    path("news/passes/", listening.passes, name="passes"),
    path("news/bell/", listening.bell, name="bell"),
]
