from django.urls import path
from django.views.generic import RedirectView

from .views import departments, directory, duty, officers

app_name = "organisation"
urlpatterns = [
    path("directory/", directory.directory, name="directory"),
    path("directory/absences/", duty.absences, name="absences"),
    path("directory/absences/new/", directory.absence, name="absence"),
    path(
        "directory/absences/<int:absence_id>/cancellations/",
        duty.absence_cancel,
        name="absence-cancel",
    ),
    path("organisation/", RedirectView.as_view(pattern_name="organisation:officers"), name="home"),
    path("organisation/departments/", departments.listed, name="departments"),
    path("organisation/departments/new/", departments.new, name="department-new"),
    path("organisation/departments/<int:department_id>/", departments.one, name="department"),
    path(
        "organisation/departments/<int:department_id>/closures/",
        departments.close,
        name="department-close",
    ),
    path(
        "organisation/departments/<int:department_id>/lines/",
        departments.line_plan,
        name="line-plan",
    ),
    path(
        "organisation/departments/<int:department_id>/lines/withdrawals/",
        departments.line_withdraw,
        name="line-withdraw",
    ),
    path("organisation/officers/", officers.listed, name="officers"),
    path("organisation/officers/new/", officers.new, name="officer-new"),
    path("organisation/officers/<int:officer_id>/", officers.one, name="officer"),
    path("organisation/officers/<int:officer_id>/moves/", officers.move, name="officer-move"),
    path("organisation/officers/<int:officer_id>/leaves/", officers.leave, name="officer-leave"),
    path(
        "organisation/officers/<int:officer_id>/returns/", officers.come_back, name="officer-return"
    ),
    path("organisation/duty/", duty.duty, name="duty"),
    path("organisation/duty/<int:shift_id>/cancellations/", duty.duty_cancel, name="duty-cancel"),
]
