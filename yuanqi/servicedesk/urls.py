"""Addresses of requests: nouns; what is done to one is a POST to what it makes."""

from django.urls import path

from .views import (
    acts,
    attachments,
    ledger,
    ledger_batch,
    ledger_line,
    ledger_saved,
    raising,
    related,
    request,
)

app_name = "servicedesk"
one = "requests/<int:case_id>/"

urlpatterns = [
    path("requests/", ledger.ledger, name="ledger"),
    path("requests/firms/", ledger.firms, name="firms"),
    path("requests/batches/", ledger_batch.batches, name="batches"),
    path("requests/merges/", ledger_batch.merges, name="merges"),
    path("requests/views/", ledger_saved.views, name="views"),
    path("requests/views/<int:view_id>/", ledger_saved.rename, name="view"),
    path("requests/views/<int:view_id>/deletions/", ledger_saved.delete, name="view-delete"),
    path("requests/new/", raising.raise_request, name="raise"),
    path("requests/suggestions/", raising.suggestions, name="suggestions"),
    path("requests/alike/", raising.alike, name="alike"),
    path(one, request.request_page, name="request"),
    path(one + "dispatches/", acts.dispatch, name="dispatch"),
    path(one + "dispatches/line/", ledger_line.line, name="line"),
    path(one + "acceptances/", acts.accept, name="accept"),
    path(one + "returns/", acts.return_, name="return"),
    path(one + "tasks/<int:task_id>/starts/", acts.task_start, name="task-start"),
    path(one + "tasks/<int:task_id>/opinions/", acts.task_finish, name="task-finish"),
    path(one + "messages/", acts.message, name="message"),
    path(one + "pauses/", acts.pause, name="pause"),
    path(one + "resumptions/", acts.resume, name="resume"),
    path(one + "supplies/", acts.supply, name="supply"),
    path(one + "answers/", acts.answer, name="answer"),
    path(one + "evaluations/", acts.evaluate, name="evaluate"),
    path(one + "call-backs/", acts.call_back, name="call-back"),
    path(one + "related/", related.related, name="related"),
    path(one + "knowledge/", related.keep, name="keep"),
    path(one + "attachments/", attachments.download_all, name="attachments"),
    path("attachments/<int:attachment_id>/", attachments.download, name="attachment"),
]
