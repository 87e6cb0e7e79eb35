"""Addresses of the rules."""

from django.urls import path

from . import views

app_name = "conditions"
one = "conditions/<int:condition_id>/"
version = one + "versions/<int:number>/"

urlpatterns = [
    path("conditions/", views.conditions, name="conditions"),
    path("conditions/new/<slug:kind>/", views.add, name="add"),
    path(one, views.condition, name="condition"),
    path(one + "name/", views.rename, name="rename"),
    path(one + "draft/", views.draft, name="draft"),
    path(one + "checks/", views.check, name="check"),
    path(one + "comparison/", views.comparison, name="comparison"),
    path(one + "enterprises/", views.enterprises, name="enterprises"),
    path(version, views.version, name="version"),
    path(version + "publications/", views.publish, name="publish"),
    path(version + "returns/", views.send_back, name="send_back"),
    path(version + "withdrawals/", views.withdraw, name="withdraw"),
    path(version + "recalls/", views.take_back, name="take_back"),
]
