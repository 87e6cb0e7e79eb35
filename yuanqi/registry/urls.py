"""Addresses of the register; `web.enterprise_urls` includes them beside the joined pages."""

from django.urls import path

from .views import areas, contacting, fact_fields, facts, indicators, people, profile, projects

_ONE = "enterprises/<int:enterprise_id>/"
_MONTH = _ONE + "indicators/<str:code>/"
_FACT = _ONE + "facts/<str:name>/<int:fact_id>/"

urlpatterns = [
    path("enterprises/new/", profile.register, name="register"),
    path("enterprises/expiring/", profile.expiring, name="expiring"),
    path("indicators/waiting/", indicators.waiting, name="waiting"),
    path(_ONE + "profile/", profile.profile, name="profile"),
    path(_ONE + "profile/edit/", profile.basics, name="basics"),
    path(_ONE + "group/", profile.group, name="group"),
    path(_ONE + "group/leave/", profile.group_leave, name="group_leave"),
    path(_ONE + "papers/", profile.papers, name="papers"),
    path(
        _ONE + "certificates/<int:row_id>/file/", profile.certificate_file, name="certificate_file"
    ),
    path(_ONE + "contacts/new/", people.contact_new, name="contact_new"),
    path(_ONE + "contacts/<int:contact_id>/", people.contact_edit, name="contact_edit"),
    path(_ONE + "contacts/<int:contact_id>/main/", people.contact_main, name="contact_main"),
    path(
        _ONE + "contacts/<int:contact_id>/retirement/", people.contact_retire, name="contact_retire"
    ),
    path(_ONE + "links/new/", people.link_new, name="link_new"),
    path(_ONE + "links/<int:link_id>/handover/", people.link_hand_over, name="link_hand_over"),
    path(_ONE + "links/<int:link_id>/end/", people.link_end, name="link_end"),
    path(_ONE + "indicators/", indicators.indicators, name="indicators"),
    path(_MONTH, indicators.month, name="month"),
    path(_MONTH + "<str:source>/confirmation/", indicators.confirm, name="confirm"),
    path(_MONTH + "<str:source>/return/", indicators.send_back, name="send_back"),
    path("facts/waiting/", facts.waiting, name="facts_waiting"),
    path("facts/fields/", fact_fields.fields, name="fact_fields"),
    path("facts/fields/new/", fact_fields.field_new, name="fact_field_new"),
    path("facts/fields/<int:field_id>/", fact_fields.field_edit, name="fact_field"),
    path(
        "facts/fields/<int:field_id>/retirement/",
        fact_fields.field_retire,
        name="fact_field_retire",
    ),
    path(_ONE + "facts/", facts.facts, name="facts"),
    path(_ONE + "facts/<str:name>/", facts.fact, name="fact"),
    path(_FACT + "confirmation/", facts.confirm, name="fact_confirm"),
    path(_FACT + "return/", facts.send_back, name="fact_return"),
    path(_FACT + "file/", facts.file, name="fact_file"),
    path("contacted/", contacting.month, name="contacted_month"),
    path(_ONE + "contacted/", contacting.contacted, name="contacted"),
    path(_ONE + "contacted/new/", contacting.contact_make, name="contact_make"),
    path(_ONE + "contacted/asking/", contacting.fact_ask, name="fact_ask"),
    path(_ONE + "projects/", projects.projects_of, name="projects_of"),
    path(_ONE + "projects/new/", projects.project_new, name="project_new"),
    path("projects/", projects.projects, name="projects"),
    path("projects/<int:project_id>/", projects.project, name="project"),
    path("projects/<int:project_id>/edit/", projects.project_edit, name="project_edit"),
    path("projects/<int:project_id>/stages/", projects.stage, name="stage"),
    path("projects/<int:project_id>/investments/", projects.investment, name="investment"),
    path("projects/<int:project_id>/milestones/", projects.milestone_new, name="milestone_new"),
    path(
        "projects/<int:project_id>/milestones/<int:milestone_id>/",
        projects.milestone_edit,
        name="milestone_edit",
    ),
    path("areas/", areas.areas, name="areas"),
    path("areas/new/", areas.area_new, name="area_new"),
    path("areas/<int:area_id>/", areas.area_edit, name="area_edit"),
    # after all that is named: a kind of row
    path(_ONE + "<slug:kind>/new/", profile.row_new, name="row_new"),
    path(_ONE + "<slug:kind>/<int:row_id>/", profile.row_edit, name="row_edit"),
    path(_ONE + "<slug:kind>/<int:row_id>/removal/", profile.row_remove, name="row_remove"),
]
