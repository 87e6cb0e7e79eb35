"""Addresses of key indicators."""

from django.urls import path

from .views import filings, staff, target_sheets, targets, zone

app_name = "monitoring"

_OWN = "filings/<int:enterprise_id>/"
_ONE = "monitoring/filings/<int:filing_id>/"

urlpatterns = [
    path("monitoring/", zone.zone, name="zone"),
    path("monitoring/filings/", staff.board, name="board"),
    path("monitoring/filings/reminders/", staff.remind, name="remind"),
    path(_ONE, staff.filing, name="filing"),
    path(_ONE + "acceptance/", staff.accept, name="accept"),
    path(_ONE + "questions/", staff.ask_back, name="ask_back"),
    path("monitoring/targets/", targets.targets, name="targets"),
    path("monitoring/targets/sheet/", target_sheets.sheet, name="targets_sheet"),
    path("monitoring/targets/imports/", target_sheets.imports, name="targets_import"),
    path(_OWN, filings.filings_of, name="filings_of"),
    path(_OWN + "<str:code>/", filings.fill, name="fill"),
]
