"""Addresses of advice."""

from django.urls import path

from . import views, views_figures

app_name = "advice"
_ONE = "advice/<int:advice_id>/"

urlpatterns = [
    path("advice/", views.listed, name="list"),
    path("advice/new/", views.give, name="give"),
    path("advice/figures/", views_figures.figures, name="figures"),
    path("advice/topics/", views_figures.topics, name="topics"),
    path(_ONE, views.advice, name="advice"),
    path(_ONE + "assignments/", views.assign, name="assign"),
    path(_ONE + "returns/", views.send_back, name="send_back"),
    path(_ONE + "answers/", views.answer, name="answer"),
    path(_ONE + "changes/", views.follow_up, name="follow_up"),
]
