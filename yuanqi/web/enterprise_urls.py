"""Pages of the registers: composed here, because they show requests beside an enterprise."""

from django.urls import path

from . import enterprises

app_name = "registry"

urlpatterns = [
    path("enterprises/", enterprises.enterprises, name="enterprises"),
    path("enterprises/<int:enterprise_id>/", enterprises.enterprise, name="enterprise"),
]
