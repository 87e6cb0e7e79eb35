"""Addresses of meetings."""

from django.urls import path

from . import views, views_agenda, views_calling

app_name = "meetings"
_ONE = "meetings/<int:meeting_id>/"

urlpatterns = [
    path("meetings/", views_calling.meetings, name="meetings"),
    path("meetings/new/", views_calling.call, name="call"),
    path(_ONE, views.meeting, name="meeting"),
    path(_ONE + "minutes/", views.minutes, name="minutes"),
    path(_ONE + "agenda/", views_agenda.agenda, name="agenda"),
    path(_ONE + "guests/", views_agenda.guests, name="guests"),
    path(_ONE + "departments/", views.departments, name="departments"),
    path(_ONE + "departments/<int:department_id>/answers/", views.answer, name="answer"),
    path(_ONE + "attendance/", views.attendance, name="attendance"),
    path(_ONE + "items/<int:item_id>/", views_agenda.item, name="item"),
    path(_ONE + "items/<int:item_id>/removals/", views.remove, name="remove"),
    path(_ONE + "items/<int:item_id>/ends/", views.end, name="end"),
    path(_ONE + "items/<int:item_id>/file/", views.file, name="file"),
    path(_ONE + "closings/", views.close, name="close"),
    path(_ONE + "cancellations/", views.call_off, name="call_off"),
]
