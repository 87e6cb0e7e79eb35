"""Imports, and the merging of enterprises."""

from django.urls import path

from . import views, views_merging, views_report

app_name = "importing"

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/templates/<slug:kind>/", views.template, name="template"),
    path("imports/exports/<slug:kind>/", views.export, name="export"),
    path("imports/<int:import_id>/", views_report.one, name="import"),
    path("imports/<int:import_id>/progress/", views_report.progress_part, name="progress"),
    path("imports/<int:import_id>/checks/", views.check, name="check"),
    path("imports/<int:import_id>/choices/", views.choose, name="choose"),
    path("imports/<int:import_id>/confirmations/", views.confirm, name="confirm"),
    path("imports/<int:import_id>/discards/", views.discard, name="discard"),
    path("imports/<int:import_id>/undoings/", views.undo, name="undo"),
    path("imports/<int:import_id>/faults/", views_report.faults, name="faults"),
    path("enterprises/<int:enterprise_id>/merges/", views_merging.merge, name="merge"),
]
