from django.urls import path

from . import views

app_name = "organisation"
urlpatterns = [
    path("directory/", views.directory, name="directory"),
    path("directory/absences/new/", views.absence, name="absence"),
]
