"""Addresses of the knowledge base."""

from django.urls import path

from . import views

app_name = "knowledge"
one = "knowledge/<int:entry_id>/"

urlpatterns = [
    path("knowledge/", views.entries, name="entries"),
    path("knowledge/new/", views.make, name="make"),
    path(one, views.entry, name="entry"),
    path(one + "revisions/", views.revise, name="revise"),
    path(one + "publications/", views.publish, name="publish"),
    path(one + "withdrawals/", views.withdraw, name="withdraw"),
    path(one + "reviews/", views.review, name="review"),
    path(one + "helps/", views.help_, name="help"),
]
