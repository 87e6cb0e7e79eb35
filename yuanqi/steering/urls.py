"""Addresses of the four lists."""

from django.urls import path

from .views import enterprise, lists, plans

app_name = "steering"

urlpatterns = [
    path("lists/", lists.lists, name="lists"),
    path("lists/remaking/", lists.remake, name="remake"),
    path("lists/entries/<int:entry_id>/", enterprise.entry, name="entry"),
    path("lists/entries/<int:entry_id>/confirmation/", enterprise.confirm, name="confirm"),
    path("lists/<slug:code>/", lists.one_list, name="list"),
    path("lists/<slug:code>/plan/", plans.plan, name="plan"),
    path(
        "lists/<slug:code>/enterprises/<int:enterprise_id>/ruling/",
        enterprise.overrule,
        name="overrule",
    ),
    path("standing/<int:enterprise_id>/", enterprise.standing, name="standing"),
]
