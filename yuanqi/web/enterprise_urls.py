"""Pages of the registers: some are composed here, as they show requests beside an enterprise."""

from django.urls import path

from yuanqi.registry.urls import urlpatterns as of_register

from . import enterprise_parts, enterprises

app_name = "registry"

_ONE = "enterprises/<int:enterprise_id>/"

urlpatterns = [
    path("enterprises/", enterprises.enterprises, name="enterprises"),
    path(_ONE, enterprises.enterprise, name="enterprise"),
    path(_ONE + "people/", enterprise_parts.people, name="people"),
    path(_ONE + "requests/", enterprise_parts.requests_of, name="requests_of"),
    path(_ONE + "timeline/", enterprise_parts.timeline, name="timeline"),
    *of_register,
]
