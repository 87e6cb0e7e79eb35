"""Every address of the site, a slice at a time."""

from allauth.account import views as account_views
from django.urls import include, path, re_path

from config.api import api, unknown_address
from config.signin import LoginView
from yuanqi.signin import views as signin
from yuanqi.web import errors, views

urlpatterns = [
    # first: programs call often, and each address that stands before costs them a comparison
    path("api/v1/", api.urls),
    path("", include("yuanqi.web.urls")),
    path("", include("yuanqi.servicedesk.urls")),
    path("", include("yuanqi.web.enterprise_urls")),
    path("", include("yuanqi.knowledge.urls")),
    path("", include("yuanqi.monitoring.urls")),
    path("", include("yuanqi.advice.urls")),
    path("", include("yuanqi.taskforces.urls")),
    path("", include("yuanqi.steering.urls")),
    path("", include("yuanqi.linking.urls")),
    path("", include("yuanqi.promises.urls")),
    path("", include("yuanqi.visiting.urls")),
    path("", include("yuanqi.meetings.urls")),
    path("", include("yuanqi.conditions.urls")),
    path("", include("yuanqi.notices.urls")),
    path("", include("yuanqi.organisation.urls")),
    path("", include("yuanqi.insight.urls")),
    path("", include("yuanqi.integration.urls")),
    path("", include("yuanqi.importing.urls")),
    path("", include("yuanqi.administration.urls")),
    path("", include("yuanqi.access.urls")),
    path("", include("yuanqi.signin.urls")),
    path("", include("yuanqi.audit.urls")),
    path("", include("yuanqi.parameters.urls")),
    re_path(r"^api/", unknown_address),
    path("language/", views.language, name="set_language"),
    path("account/login/", LoginView.as_view(), name="account_login"),
    path("account/logout/", account_views.LogoutView.as_view(), name="account_logout"),
    path("account/code/", signin.code, name="account_code"),
    path("account/confirmation/", signin.confirmation, name="account_confirm"),
    path("account/password/change/", signin.password, name="account_change_password"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
