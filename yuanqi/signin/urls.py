"""Addresses of one's own account and of the security administrator's pages.

Those of django-allauth's names (`account_…`) stand in config/urls.py.
"""

from django.urls import path

from . import administering, city, views

app_name = "signin"

urlpatterns = [
    path("account/", views.own, name="own"),
    path("account/session/", views.here, name="here"),
    path("account/sessions/ended/", views.session_end, name="session-end"),
    path("account/sessions/others/ended/", views.sessions_end, name="sessions-end"),
    path("account/factor/", views.enrol, name="enrol"),
    path("account/factor/codes/", views.codes_renew, name="codes-renew"),
    path("account/factor/removal/", views.factor_remove, name="factor-remove"),
    path("account/city/", city.city, name="city"),
    path("account/city/return/", city.city_return, name="city-return"),
    path("account/city/binding/", city.city_bind, name="city-bind"),
    path("account/city/removal/", city.city_unbind, name="city-unbind"),
    path("signin/", administering.lockouts, name="lockouts"),
    path("signin/accounts/<int:account_id>/", administering.account, name="account"),
    path("signin/accounts/<int:account_id>/lockouts/lifted/", administering.lift, name="lift"),
    path("signin/accounts/<int:account_id>/sessions/ended/", administering.end, name="end"),
    path("signin/accounts/<int:account_id>/factor/removal/", administering.factor, name="factor"),
    path(
        "signin/accounts/<int:account_id>/password/demand/",
        administering.new_password,
        name="new-password",
    ),
    path("signin/accounts/<int:account_id>/city/", administering.bind, name="bind"),
    path("signin/accounts/<int:account_id>/city/removal/", administering.unbind, name="unbind"),
]
