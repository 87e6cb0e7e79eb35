"""Addresses of visits."""

from django.urls import path

from .views import calendar, imports, notes, plans, records, visits

app_name = "visiting"
_ONE = "visits/<int:visit_id>/"

urlpatterns = [
    path("sw.js", notes.worker, name="worker"),
    path("visits/", plans.visits, name="visits"),
    path("visits/records/", records.records, name="records"),
    path("visits/imports/", imports.imports, name="imports"),
    path("visits/imports/template/", imports.template, name="imports_template"),
    path("visits/token/", notes.token, name="token"),
    path("visits/note/<int:enterprise_id>/", notes.note, name="note"),
    path("visits/plan/<int:enterprise_id>/", plans.plan, name="plan"),
    path("visits/wish/<int:enterprise_id>/", plans.wish, name="wish"),
    path("visits/wishes/<int:wish_id>/end/", plans.wish_end, name="wish_end"),
    path("visits/calendar/", calendar.link, name="calendar"),
    path("visits/calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("visits/photos/<int:photo_id>/", visits.photo, name="photo"),
    path("visits/of/<int:enterprise_id>/", visits.visits_of, name="visits_of"),
    path(_ONE, visits.visit, name="visit"),
    path(_ONE + "cancellation/", plans.cancel, name="cancel"),
    path(_ONE + "confirmation/", visits.confirm, name="confirm"),
]
