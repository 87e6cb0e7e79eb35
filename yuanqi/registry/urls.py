from django.urls import path

from . import views

app_name = "registry"
urlpatterns = [
    path("enterprises/", views.enterprises, name="enterprises"),
    path("enterprises/<int:enterprise_id>/", views.enterprise, name="enterprise"),
]
