from django.urls import path

from . import views

app_name = "notices"

urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/<int:notice_id>/", views.open_notice, name="open"),
    path("notices/settings/", views.settings, name="settings"),
    path("notices/channels/<str:kind>/", views.channel, name="channel"),
    path("notices/channels/<str:kind>/code/", views.confirm, name="confirm"),
    path("notices/channels/<str:kind>/test/", views.test, name="test"),
    path("notices/channels/<str:kind>/removal/", views.remove, name="remove"),
    path("notices/deliveries/", views.deliveries, name="deliveries"),
    path("notices/deliveries/<int:delivery_id>/again/", views.again, name="again"),
    path("notices/failures/", views.failures, name="failures"),
]
