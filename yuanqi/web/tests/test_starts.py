"""The start pages: what must be done stands first, and nothing of another's is seen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import PASSWORD, Zone
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, ClockRecord
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.organisation import operations as organisation
from yuanqi.registry import operations as registry
from yuanqi.servicedesk import operations as desk

ROAD = "二号厂房西侧门口路面塌陷，货车绕行"
VISA = "两名外籍专家工作许可下月到期"
LOAN = "贷款 12 月 2 日到期，想办无还本续贷"


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def page(person, name: str) -> str:
    response = signed_in(person).get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


def first_field(html: str) -> str:
    """The tinted field of a page: the one first thing."""
    assert html.count('class="yq-first') == 1
    return html.split('class="yq-first', 1)[1].split("</section>", 1)[0]


class Requests:
    """Requests of the enterprise, raised an hour ago and brought as far as is asked."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.now = timezone.now()
        self.minute = 0

    def then(self):
        self.minute += 1
        return self.now - timedelta(hours=1) + timedelta(seconds=10 * self.minute)

    def raised(self, text: str, contact=None, level: str = "P3") -> int:
        contact = contact or self.zone.contact
        return desk.request_raise(
            contact_id=contact.pk,
            category="TRA",
            level=level,
            text=text,
            actor=self.zone.actor(contact, self.now),
            at=self.then(),
        )

    def accepted(self, text: str) -> int:
        case_id = self.raised(text)
        clerk = self.zone.actor(self.zone.clerk, self.now)
        handler = self.zone.actor(self.zone.safety_handler, self.now)
        lead = self.zone.safety.pk
        desk.request_dispatch(case_id=case_id, lead_id=lead, actor=clerk, at=self.then())
        desk.request_accept(case_id=case_id, actor=handler, at=self.then())
        return case_id

    def paused(self, text: str, ground: str = "enterprise-material") -> int:
        case_id = self.accepted(text)
        handler = self.zone.actor(self.zone.safety_handler, self.now)
        cases.clock_pause(
            case_id=case_id, ground=ground, awaited="厂区总平面图", actor=handler, at=self.then()
        )
        return case_id

    def answered(self, text: str) -> int:
        case_id = self.accepted(text)
        handler = self.zone.actor(self.zone.safety_handler, self.now)
        desk.request_answer(case_id=case_id, body="办好了", actor=handler, at=self.then())
        return case_id

    def late(self, text: str) -> int:
        case_id = self.raised(text)
        ago = self.now - timedelta(minutes=5)
        case = Case.objects.get(pk=case_id)
        ClockRecord.objects.filter(pk=case.clock_id).update(due_at=ago, warn_at=ago)
        Case.objects.filter(pk=case_id).update(due_at=ago, warn_at=ago)
        return case_id


@pytest.fixture
def requests(zone: Zone) -> Requests:
    return Requests(zone)


# the enterprise's portal -------------------------------------------------------------------------


def test_a_paper_that_a_request_waits_for_comes_before_an_answer_to_judge(requests):
    answered = requests.answered(VISA)
    paused = requests.paused(ROAD)
    field = first_field(page(requests.zone.contact, "web:portal"))

    assert "需要您做 2 件事" in field
    assert "补交厂区总平面图，诉求就能接着办" in field
    assert reverse("servicedesk:request", args=[paused]) in field
    assert reverse("servicedesk:request", args=[answered]) not in field


def test_of_two_papers_the_one_that_is_waited_for_the_shorter_comes_first(requests):
    requests.paused(ROAD)
    sooner = requests.paused(LOAN)
    clock = ClockRecord.objects.get(case=sooner, purpose="resolve")
    clock.pauses.update(until_at=requests.now + timedelta(days=1))

    field = first_field(page(requests.zone.contact, "web:portal"))

    assert reverse("servicedesk:request", args=[sooner]) in field


def test_an_answer_asks_to_be_judged(requests):
    answered = requests.answered(VISA)
    html = page(requests.zone.contact, "web:portal")
    field = first_field(html)

    assert f"评价“{VISA}”办得怎么样" in field
    assert reverse("servicedesk:request", args=[answered]) in field
    assert "请您评价，约 10 秒" in html


def test_while_only_the_park_has_to_act_the_page_is_calm(requests):
    requests.paused(ROAD, "superior-organ")
    requests.accepted(VISA)
    html = page(requests.zone.contact, "web:portal")

    assert "现在没有要您做的事" in first_field(html)
    assert "在办 2 件" in html
    assert "安环局何思远正在办理。" in html


def test_a_first_visit_invites_to_speak(zone):
    html = page(zone.contact, "web:portal")

    assert "遇到难处，说一声就行" in first_field(html)
    assert "您还没有提过诉求。" in html
    assert html.count(f'href="{reverse("servicedesk:raise")}"') == 3  # desk, list, thumb


def test_an_answer_that_is_late_says_so(requests):
    case_id = requests.raised(ROAD)
    ago = requests.now - timedelta(minutes=5)
    Case.objects.filter(pk=case_id).update(resolve_due_at=ago)

    assert "前答复，已经超时。" in page(requests.zone.contact, "web:portal")


def test_a_closed_request_is_counted_but_not_listed(requests):
    case_id = requests.answered(VISA)
    cases.case_evaluate(
        case_id=case_id,
        level=5,
        is_resolved=True,
        was_contacted=True,
        actor=requests.zone.actor(requests.zone.contact, requests.now),
        at=requests.now,
    )
    html = page(requests.zone.contact, "web:portal")

    assert VISA not in html
    assert "全部 1 件" in html
    assert "在办的诉求都办完了。" in html


def test_another_enterprises_requests_are_not_there(requests):
    requests.raised(ROAD)

    html = page(requests.zone.stranger, "web:portal")

    assert ROAD not in html
    assert "全部" not in html


def test_the_linked_officer_can_be_called(zone):
    html = page(zone.contact, "web:portal")

    assert "沈一帆" in html
    assert "行政审批局科员" in html
    assert html.count('href="tel:86012000"') == 2  # beside the name, and under the thumb


def test_while_the_linked_officer_is_away_who_acts_for_him_is_shown_and_called(zone):
    now = timezone.now()
    zone.planning_handler.phone = "8601 2207"
    zone.planning_handler.save(update_fields=["phone"])
    organisation.absence_record(
        officer_id=zone.linked_officer.pk,
        acting_id=zone.planning_handler.pk,
        start_at=now - timedelta(hours=1),
        end_at=now + timedelta(days=2),
        reason="培训",
        actor=SYSTEM,
        at=now,
    )
    html = page(zone.contact, "web:portal")

    assert "<h3>陆瑶</h3>" in html
    assert "，这段时间由陆瑶代理。" in html
    assert html.count('href="tel:86012207"') == 2
    assert "86012000" not in html
    assert "培训" not in html  # why somebody is away stays in the park


def test_without_a_linked_officer_the_service_centre_is_called(zone, settings):
    html = page(zone.stranger, "web:portal")

    assert "还没有安排挂钩干部，有事先找服务中心" in html
    assert "tel:86010000" in html


def test_the_portal_asks_the_same_number_of_questions_however_many_requests(
    requests, django_assert_num_queries
):
    requests.paused(ROAD)
    client = signed_in(requests.zone.contact)
    # who asks: session, account, roles, officer, contact, officer for links; unread notices
    # what is shown: the enterprise, open requests, enterprises, clocks, pauses; how many in all;
    # figures that are asked; meetings to come; link with officer, absence; who works where is
    # known since the first time
    client.get(reverse("web:portal"))
    with django_assert_num_queries(24):
        client.get(reverse("web:portal"))

    for text in (VISA, LOAN):
        requests.paused(text)
        requests.answered(text)
    with django_assert_num_queries(24):
        client.get(reverse("web:portal"))


@pytest.mark.parametrize("who", ["clerk", "linked_officer", "leader"])
def test_the_portal_is_the_enterprises_own(zone, who):
    assert signed_in(getattr(zone, who)).get(reverse("web:portal")).status_code == 404


# the officer's day -------------------------------------------------------------------------------


def test_what_is_late_comes_first_with_whom_to_call(requests):
    requests.paused(ROAD)
    late = requests.late(LOAN)
    field = first_field(page(requests.zone.linked_officer, "web:day"))

    assert "is-red" in field
    assert "有 1 件诉求超时，最急的是" in field
    assert LOAN in field
    assert "轮到服务中心 派单。" in field
    assert reverse("servicedesk:request", args=[late]) in field
    assert 'href="tel:86012000"' in field


def test_what_waits_for_the_enterprise_is_to_be_reminded_today(requests):
    requests.paused(ROAD)
    html = page(requests.zone.linked_officer, "web:day")
    field = first_field(html)

    assert "今天提醒" in field
    assert "松濑精密陶瓷：补厂区总平面图" in field
    assert "打给许若楠" in field
    assert 'href="tel:13800000621"' in field
    assert "等企业补厂区总平面图。" in html


def test_a_pause_that_waits_for_others_is_nobodys_reminder(requests):
    requests.paused(ROAD, "superior-organ")

    assert "今天没有急事" in first_field(page(requests.zone.linked_officer, "web:day"))


def test_the_day_lists_what_the_park_works_at_for_the_linked_enterprises_alone(requests):
    requests.accepted(ROAD)
    requests.answered(VISA)
    requests.raised(LOAN, requests.zone.stranger)
    html = page(requests.zone.linked_officer, "web:day")

    assert f"松濑精密陶瓷：{ROAD}" in html
    assert "轮到安环局 何思远。" in html
    assert VISA not in html
    assert LOAN not in html
    assert "全部 1 件" in html
    assert "在办 1 件" in html


def test_the_number_of_all_leads_to_as_many_rows(requests):
    requests.accepted(ROAD)
    requests.late(LOAN)
    requests.raised(VISA, requests.zone.stranger)
    client = signed_in(requests.zone.linked_officer)

    html = client.get(reverse("servicedesk:ledger") + "?queue=open").content.decode()

    assert "全部 2 件" in client.get(reverse("web:day")).content.decode()
    assert ROAD in html
    assert LOAN in html
    assert VISA not in html


def test_who_acts_for_a_linked_officer_has_his_day(requests):
    zone = requests.zone
    requests.late(LOAN)
    organisation.absence_record(
        officer_id=zone.linked_officer.pk,
        acting_id=zone.approval_handler.pk,
        start_at=requests.now - timedelta(hours=1),
        end_at=requests.now + timedelta(days=2),
        reason="培训",
        actor=SYSTEM,
        at=requests.now,
    )

    html = page(zone.approval_handler, "web:day")

    assert "吴绍峰，挂钩 1 家企业" in html
    assert LOAN in first_field(html)


def test_an_officer_without_a_link_reads_who_arranges_them(zone):
    html = page(zone.safety_handler, "web:day")

    assert "您现在没有挂钩企业。" in html
    assert "代企业提诉求" not in html


def test_the_day_asks_the_same_number_of_questions_however_many_requests(
    requests, django_assert_num_queries
):
    requests.paused(ROAD)
    client = signed_in(requests.zone.linked_officer)
    # who asks: session, account, roles, officer, for whom he acts, contact, and for his links the
    # officer, for whom he acts, the links; unread notices
    # what is shown: requests, enterprises, clocks, pauses, enterprises served, their contacts; who
    # works where is known since the first time
    client.get(reverse("web:day"))
    with django_assert_num_queries(22):
        client.get(reverse("web:day"))

    for text in (VISA, LOAN):
        requests.paused(text)
    with django_assert_num_queries(22):
        client.get(reverse("web:day"))


def test_the_day_is_not_for_enterprises(zone):
    assert signed_in(zone.contact).get(reverse("web:day")).status_code == 404


# nobody ------------------------------------------------------------------------------------------


def test_an_account_that_is_nobody_is_told_what_to_do(zone):
    account = Account(username="newcomer")
    account.set_password(PASSWORD)
    account.save()
    client = Client()
    client.force_login(account)

    html = client.get("/").content.decode()

    assert "账号“newcomer”没有登记成园区人员，也没有登记成企业联系人" in html
    assert "tel:86010000" in html
    for name in ("web:portal", "web:day"):
        assert client.get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", ["web:portal", "web:day"])
def test_start_pages_answer_only_those_who_are_signed_in_and_only_to_read(zone, name):
    assert Client().get(reverse(name)).status_code == 302
    assert signed_in(zone.contact).post(reverse(name)).status_code == 405


def test_a_centre_officer_without_a_link_may_raise_for_any(zone):
    assert "代企业提诉求" in page(zone.clerk, "web:day")


def test_a_leader_with_a_link_is_not_led_to_a_list_of_other_requests(requests):
    zone = requests.zone
    registry.link_begin(
        enterprise_id=zone.stranger.enterprise_id,
        officer=zone.leader,
        from_on=timezone.localdate(),
        actor=SYSTEM,
        at=requests.now,
    )
    requests.raised(LOAN, zone.stranger)
    requests.raised(ROAD)
    RoleGrant.objects.get_or_create(account=zone.leader.account, role=Role.LEADER.value)

    html = page(zone.leader, "web:day")

    assert "共 1 件" in html
    assert "全部 1 件" not in html
    assert ROAD not in html
