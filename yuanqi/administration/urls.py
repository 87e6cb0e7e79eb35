from django.urls import path

from .views import calendar, categories, limits, state

app_name = "administration"

urlpatterns = [
    path("settings/calendar/", calendar.calendar, name="calendar"),
    path("settings/calendar/draft/", calendar.draft, name="calendar-draft"),
    path("settings/calendar/effect/", calendar.effect, name="calendar-effect"),
    path("settings/calendar/publications/", calendar.publish, name="calendar-publish"),
    path("settings/calendar/draft/drop/", calendar.drop, name="calendar-drop"),
    path("state/", state.page, name="state"),
    path("settings/limits/", limits.table, name="limits"),
    path("settings/limits/change/", limits.change, name="limit-change"),
    path("settings/limits/<int:rule_id>/withdrawals/", limits.withdraw, name="limit-withdraw"),
    path("settings/categories/", categories.table, name="categories"),
    path("settings/categories/new/", categories.add, name="category-add"),
    path("settings/categories/<slug:code>/", categories.change, name="category"),
]
