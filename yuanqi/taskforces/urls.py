"""Addresses of task forces."""

from django.urls import path

from . import views, views_opening

app_name = "taskforces"
_ONE = "taskforces/<int:force_id>/"

urlpatterns = [
    path("taskforces/", views_opening.forces, name="forces"),
    path("taskforces/new/", views_opening.open_, name="open"),
    path(_ONE, views.force, name="force"),
    path(_ONE + "members/", views.join, name="join"),
    path(_ONE + "members/<int:officer_id>/departures/", views.leave, name="leave"),
    path(_ONE + "leads/", views.lead, name="lead"),
    path(_ONE + "tasks/", views.task, name="task"),
    path(_ONE + "tasks/<int:task_id>/ends/", views.end, name="end"),
    path(_ONE + "notes/", views.note, name="note"),
    path(_ONE + "reports/", views.close, name="close"),
]
