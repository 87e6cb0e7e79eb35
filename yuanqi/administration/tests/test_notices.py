"""Who is told that something waits for a second person, and what became of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.evidence import every_row
from yuanqi.access import operations
from yuanqi.access.models import Proposal
from yuanqi.access.tests.three import NOW, Three
from yuanqi.access.tests.three import three as three
from yuanqi.administration.notices import NEWS, notices_make
from yuanqi.audit.operations import erasure_ask, erasure_refuse
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.models import Account, JournalEvent
from yuanqi.notices.models import Notice
from yuanqi.notices.queries import inbox
from yuanqi.notices.wording import groups

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def propose(three: Three) -> Proposal:
    return operations.role_propose(
        account_id=three.zone.safety_handler.account_id,
        role=Role.HEAD,
        reason="任局长",
        actor=three.actor("security"),
        at=NOW,
    )


def told() -> set[tuple[str, str]]:
    """Who was told what, by all events so far."""
    notices_make(list(JournalEvent.objects.order_by("id")), now=NOW)
    return set(Notice.objects.values_list("account__username", "kind"))


def first_line(three: Three, who: str | Account) -> tuple[str, str]:
    items, _page = inbox(three.actor(who))
    return items[0].line.says, items[0].line.url


def test_whoever_may_be_the_second_person_learns_of_a_proposal(three: Three):
    proposal = propose(three)

    assert told() == {("sysadmin", "proposed"), ("secadmin2", "proposed")}
    assert first_line(three, "second") == (
        "secadmin 为账号 handler 提出授予部门负责人，请您确认或驳回。",
        f"{reverse('access:proposals')}#proposal-{proposal.pk}",
    )


def test_a_proposal_about_an_administrator_isnt_told_to_himself(three: Three):
    operations.reset_propose(
        account_id=three.second.pk, reason="忘了", actor=three.actor("system"), at=NOW
    )

    assert told() == {("secadmin", "proposed")}


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_the_proposer_learns_what_was_decided(three: Three, decision: str):
    proposal = propose(three)
    told()
    act = {"proposal_id": proposal.pk, "actor": three.actor("second"), "at": NOW}
    if decision == "confirm":
        operations.role_confirm(**act)
    else:
        operations.role_refuse(**act, reason="没有任职文件")

    assert ("secadmin", "decided") in told()
    state = "已确认" if decision == "confirm" else "已驳回"
    says = f"secadmin 为账号 handler 提出授予部门负责人：{state}。"
    assert first_line(three, "security")[0] == says
    # who was asked before reads that nothing waits any more
    assert first_line(three, "system")[0] == says


def test_a_role_that_one_alone_takes_away_is_told_to_nobody_here(three: Three):
    operations.role_revoke(
        account_id=three.zone.safety_handler.account_id,
        role=Role.HANDLER,
        reason="调离",
        actor=three.actor("security"),
        at=NOW,
    )

    assert told() == set()


def test_reading_again_tells_nobody_twice_and_old_news_nobody(three: Three):
    propose(three)
    told()
    before = every_row()

    notices_make(list(JournalEvent.objects.all()), now=NOW)

    assert every_row() == before
    Notice.objects.all().delete()
    notices_make(list(JournalEvent.objects.all()), now=NOW + NEWS + timedelta(minutes=1))
    assert not Notice.objects.exists()


def test_who_lost_the_role_reads_nothing_of_it_any_more(three: Three):
    propose(three)
    told()
    three.second.grants.all().delete()

    says, url = first_line(three, "second")

    assert (says, url) == ("这项申请不归您看了。", "")


def test_an_erasure_is_told_to_who_decides_and_its_end_to_who_asked(three: Three):
    zone = three.zone
    clerk = zone.actor(zone.clerk)
    erasure = erasure_ask(
        kind="contact", person_id=zone.contact.pk, reason="本人要求", actor=clerk, at=NOW
    )

    assert told() == {("secadmin", "erasure_asked"), ("secadmin2", "erasure_asked")}
    says, url = first_line(three, "security")
    assert says == "有一项个人信息删除申请，请安全管理员确认。"
    assert zone.contact.name not in says
    assert url == reverse("audit:erasure", args=[erasure.pk])
    erasure_refuse(erasure_id=erasure.pk, note="x", actor=three.actor("security"), at=NOW)
    assert ("clerk", "erasure_decided") in told()
    assert first_line(three, zone.clerk.account)[0] == "个人信息删除申请：未同意。"


def codes(actor: Actor) -> list[str]:
    return [code for code, _group in groups(actor)]


def test_administrators_decide_about_their_own_groups_and_nobody_else_about_those(three: Three):
    zone = three.zone

    assert codes(three.actor("system")) == ["administration.second"]
    assert codes(three.actor("security")) == ["administration.second"]
    assert codes(three.actor("audit")) == []
    for officer in (zone.clerk, zone.contact):
        assert "administration.second" not in codes(zone.actor(officer))


def test_the_notice_leads_to_what_waits(three: Three):
    proposal = propose(three)
    told()
    browser = Client()
    browser.force_login(three.second)
    notice = Notice.objects.get(account=three.second)

    answer = browser.get(reverse("notices:open", args=[notice.pk]))

    assert answer.headers["Location"] == f"/access/proposals/#proposal-{proposal.pk}"
    assert "授予部门负责人" in browser.get(reverse("notices:inbox")).content.decode()
