"""Addresses of links: coverage, rounds, hand-overs, wishes."""

from django.urls import path

from .views import board, editor, handovers, rounds, variants, wishes

app_name = "linking"

_ROUND = "links/rounds/<int:round_id>/"

urlpatterns = [
    path("links/", board.board, name="board"),
    path("links/covered/", board.covered, name="covered"),
    path("links/mine/", board.mine, name="mine"),
    path("links/rounds/", rounds.rounds, name="rounds"),
    path("links/rounds/new/", rounds.new, name="round_new"),
    path(_ROUND, editor.round_page, name="round"),
    path(_ROUND + "terms/", rounds.terms, name="terms"),
    path(_ROUND + "discarding/", rounds.discard, name="discard"),
    path(_ROUND + "seats/", rounds.seats, name="seats"),
    path(_ROUND + "seats/<int:officer_id>/", rounds.seat, name="seat"),
    path(_ROUND + "enterprises/<int:enterprise_id>/", editor.pair, name="pair"),
    path(_ROUND + "enterprises/<int:enterprise_id>/check/", editor.check, name="check"),
    path(_ROUND + "variants/", variants.variants, name="variants"),
    path(_ROUND + "variants/asking/", variants.ask, name="ask"),
    path(_ROUND + "variants/progress/", variants.progress, name="progress"),
    path(_ROUND + "variants/<slug:code>/taking/", variants.take, name="take"),
    path(_ROUND + "variants/<slug:code>/relaxing/", variants.relax, name="relax"),
    path(_ROUND + "publication/", editor.publication, name="publication"),
    path("links/handovers/", handovers.handovers, name="handovers"),
    path("links/handovers/<int:handover_id>/", handovers.handover, name="handover"),
    path("links/handovers/<int:handover_id>/confirmation/", handovers.confirm, name="confirm"),
    path("links/wishes/", wishes.wishes, name="wishes"),
    path("links/wishes/<int:wish_id>/withdrawal/", wishes.withdraw, name="withdraw"),
    path("links/serving/<int:enterprise_id>/", board.serving, name="serving"),
    path("links/serving/<int:enterprise_id>/wish/", wishes.wish_own, name="wish_own"),
    path("links/serving/<int:enterprise_id>/change/", wishes.wish_other, name="wish_other"),
]
