from django.urls import path

from . import views

app_name = "parameters"

urlpatterns = [
    path("settings/", views.home, name="home"),
    path("settings/values/<str:key>/", views.value, name="value"),
    path("settings/values/<int:value_id>/withdrawals/", views.withdraw, name="withdraw"),
]
