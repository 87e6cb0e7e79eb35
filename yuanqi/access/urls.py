"""Addresses of accounts, proposals and the review."""

from django.urls import path

from .views import accounts, acts, proposals, review

app_name = "access"

urlpatterns = [
    path("access/accounts/", accounts.accounts, name="accounts"),
    path("access/accounts/new/", accounts.new, name="new"),
    path("access/accounts/<int:account_id>/", accounts.account, name="account"),
    path("access/accounts/<int:account_id>/closures/", acts.close, name="close"),
    path("access/accounts/<int:account_id>/reopenings/", acts.reopen, name="reopen"),
    path("access/accounts/<int:account_id>/passwords/", acts.reset, name="reset"),
    path("access/accounts/<int:account_id>/resets/", acts.reset_propose, name="reset-propose"),
    path("access/accounts/<int:account_id>/holders/", acts.name_holder, name="holder"),
    path("access/accounts/<int:account_id>/bindings/", acts.bind, name="bind"),
    path("access/accounts/<int:account_id>/unbindings/", acts.unbind, name="unbind"),
    path("access/accounts/<int:account_id>/grants/", acts.propose, name="propose"),
    path("access/accounts/<int:account_id>/revocations/", acts.revoke, name="revoke"),
    path("access/proposals/", proposals.proposals, name="proposals"),
    path("access/proposals/<int:proposal_id>/confirmations/", proposals.confirm, name="confirm"),
    path("access/proposals/<int:proposal_id>/refusals/", proposals.refuse, name="refuse"),
    path("access/proposals/<int:proposal_id>/withdrawals/", proposals.withdraw, name="withdraw"),
    path("access/review/", review.review, name="review"),
]
