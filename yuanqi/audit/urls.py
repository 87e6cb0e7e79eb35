"""Addresses of the audit administrator's pages, and of erasures."""

from django.urls import path

from .views import erasures, journal, keeping, readings

app_name = "audit"

urlpatterns = [
    path("audit/", journal.home, name="home"),
    path("audit/journal/", journal.journal, name="journal"),
    path("audit/journal/<int:event_id>/", journal.event, name="event"),
    path("audit/seals/", journal.seals, name="seals"),
    path("audit/seals/file/", journal.seals_download, name="seals_download"),
    path("audit/readings/", readings.readings, name="readings"),
    path("audit/readings/whom/", readings.whom, name="whom"),
    path("audit/retention/", keeping.keeping, name="retention"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<int:erasure_id>/", erasures.erasure, name="erasure"),
    path("erasures/<int:erasure_id>/done/", erasures.confirm, name="erasure_confirm"),
    path("erasures/<int:erasure_id>/refusals/", erasures.refuse, name="erasure_refuse"),
    path("erasures/<int:erasure_id>/withdrawals/", erasures.withdraw, name="erasure_withdraw"),
    path("erasures/new/<slug:kind>/<int:person_id>/", erasures.ask, name="erasure_ask"),
]
