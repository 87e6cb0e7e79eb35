"""The pages of links: who sees what, editing with the rules beside, coverage, the enterprise's."""

import html
import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from tests.evidence import every_row
from tests.life import sent
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.linking import working_out
from yuanqi.linking.models import Handover, Round, RoundLink, Seat, Wish
from yuanqi.registry.models import Link

from .conftest import TODAY, drafted, firm, pair_set, publish
from .test_handovers import follow


@pytest.fixture(autouse=True)
def _thursday(wall) -> None:
    wall.set("11-05 10:00")


def words_of(response) -> str:
    """The page without its marks, as a person reads it."""
    assert response.status_code in (200, 409, 422)
    page = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def round_(zone, colleague, other) -> Round:
    return drafted(zone)


@pytest.fixture
def held(zone, colleague, other) -> Round:
    """A round that holds from today: 松濑 with 陆远, 禾屿 with 沈一帆."""
    round_ = drafted(zone, from_on=TODAY.date())
    pair_set(zone, round_, zone.enterprise, colleague)
    pair_set(zone, round_, other, zone.linked_officer)
    return publish(zone, round_)


def here(name: str, *args) -> str:
    return reverse(f"linking:{name}", args=args)


def test_a_draft_shows_its_rules_and_leads_to_each_that_is_broken(zone, round_, client_of, other):
    clerk = client_of("clerk")
    said = words_of(clerk.get(here("round", round_.pk)))

    assert "1 不合规则 0 换人 1 新增 0 人工调整 2 全部" in said
    assert "还不能发布" in said
    assert "没有挂钩干部 1 家 没有人超出容量" in said
    broken = words_of(clerk.get(here("round", round_.pk) + "?rule=uncovered"))
    assert "禾屿生物医药" in broken
    assert "松濑精密陶瓷" not in broken
    assert "1/2 家有挂钩干部" in words_of(client_of("leader").get(here("round", round_.pk)))


def test_the_round_asks_the_same_few_queries_however_long_it_is(
    round_, client_of, django_assert_max_num_queries
):
    clerk = client_of("clerk")
    clerk.get(here("round", round_.pk))
    with django_assert_max_num_queries(30):
        clerk.get(here("round", round_.pk))


def test_the_rules_answer_while_one_chooses(zone, round_, client_of, other):
    Seat.objects.filter(round=round_, officer=zone.linked_officer).update(capacity=1)
    asked = {"lead": zone.linked_officer.pk, "second": "", "seen_lead": "", "seen_second": ""}

    said = words_of(client_of("clerk").get(here("check", round_.pk, other.pk), asked))

    assert said.startswith("沈一帆 2/1 家，超 1 家")
    both = asked | {"second": zone.linked_officer.pk}
    assert "不能是同一个人" in words_of(
        client_of("clerk").get(here("check", round_.pk, other.pk), both)
    )


def test_a_pair_is_set_on_its_page_and_the_second_is_told(
    zone, round_, client_of, other, colleague
):
    clerk, page = client_of("clerk"), here("pair", round_.pk, other.pk)
    told = {"lead": zone.linked_officer.pk, "second": "", "seen_lead": "", "seen_second": ""}
    assert "现在没有挂钩干部" in words_of(clerk.get(page))
    assert clerk.post(page, sent(**told)).status_code == 303
    before = every_row()

    second = clerk.post(page, sent(**told | {"lead": colleague.pk}))

    assert second.status_code == 409
    assert "现在挂钩干部是沈一帆" in words_of(second)
    same = clerk.post(
        page, sent(**told | {"seen_lead": zone.linked_officer.pk, "second": zone.linked_officer.pk})
    )
    assert same.status_code == 422
    assert every_row() == before
    assert client_of("leader").post(page, sent(**told)).status_code == 403
    # the form that told him carries what stands now: sent again it is his word
    shown = second.context["form"]
    again = {name: shown[name].value() for name in shown.fields if name != "once"}
    assert clerk.post(page, sent(**again)).status_code == 303
    assert RoundLink.objects.get(round=round_, enterprise=other).lead_id == colleague.pk


def test_of_two_who_change_the_terms_the_second_sees_what_stands_and_may_send_again(
    zone, round_, client_of
):
    clerk, page = client_of("clerk"), here("terms", round_.pk)
    told = {
        "name": "2027 年挂钩", "from_on": "2026-12-01", "last_on": "2027-11-30", "revision": "0",
        "is_everyone": "on", "leader_capacity": "5", "head_capacity": "10", "deputy_capacity": "5",
    }  # fmt: skip
    assert clerk.post(page, sent(**told | {"head_capacity": "8"})).status_code == 303
    before = every_row()

    second = clerk.post(page, sent(**told | {"leader_capacity": "6"}))

    assert second.status_code == 409
    said = words_of(second)
    assert "现在存着的是：8" in said
    assert "现在存着的是：5" in said
    assert every_row() == before
    revision = second.context["form"]["revision"].value()
    again = sent(**told | {"leader_capacity": "6", "revision": revision})
    assert clerk.post(page, again).status_code == 303


def test_of_two_who_set_one_capacity_the_second_is_told(zone, round_, client_of, colleague):
    clerk, page = client_of("clerk"), here("seat", round_.pk, colleague.pk)
    assert clerk.post(page, sent(capacity="8", seen="10")).status_code == 303
    before = every_row()

    second = clerk.post(page, sent(capacity="9", seen="10"))

    assert second.status_code == 409
    assert "别人把它改成了 8 家" in words_of(second)
    assert every_row() == before
    assert clerk.post(page, sent(capacity="9", seen="8")).status_code == 303


def test_from_the_draft_to_the_variants_to_publication(zone, round_, client_of, other):
    clerk = client_of("clerk")
    refused = clerk.post(here("publication", round_.pk), sent(revision=round_.revision))
    assert refused.status_code == 409
    assert "没有挂钩干部 1 家（禾屿生物医药）" in words_of(refused)

    assert clerk.post(here("ask", round_.pk)).status_code == 303
    assert "正在计算" in words_of(clerk.get(here("variants", round_.pk)))
    working_out.variants_make(round_id=round_.pk, at=TODAY)
    said = words_of(clerk.get(here("variants", round_.pk)))
    assert "少换人" in said
    assert "采用“合意愿”" in said
    assert clerk.post(here("take", round_.pk, "keep"), {"revision": 0}).status_code == 303
    revision = Round.objects.get(pk=round_.pk).revision
    assert "从 2026-12-01 起执行" in words_of(clerk.get(here("publication", round_.pk)))

    assert clerk.post(here("publication", round_.pk), sent(revision=revision)).status_code == 303

    assert Link.objects.filter(enterprise=other, until_on=None).count() == 1
    assert "已发布，未开始" in words_of(clerk.get(here("rounds")))


def test_capacity_that_is_missing_is_given_in_one_press(zone, round_, client_of, colleague):
    Seat.objects.filter(round=round_).exclude(officer=zone.linked_officer).update(capacity=0)
    Seat.objects.filter(round=round_, officer=zone.linked_officer).update(capacity=1)
    working_out.variants_make(round_id=round_.pk, at=TODAY)
    clerk = client_of("clerk")
    said = words_of(clerk.get(here("variants", round_.pk)))
    assert "差 1 个名额：给部门负责人再加 1 家就够 最少这样放宽：沈一帆 1 → 2 家" in said
    assert "这样放宽" not in words_of(client_of("leader").get(here("variants", round_.pk)))

    asked = {"revision": Round.objects.get(pk=round_.pk).revision}
    assert clerk.post(here("relax", round_.pk, "keep"), asked).status_code == 303

    assert Seat.objects.get(round=round_, officer=zone.linked_officer).capacity == 2
    working_out.variants_make(round_id=round_.pk, at=TODAY)
    assert "容量不够" not in words_of(clerk.get(here("variants", round_.pk)))


def test_terms_are_drafted_on_their_page(zone, client_of):
    told = {
        "name": "2027 年挂钩", "from_on": "2026-12-01", "last_on": "2027-11-30",
        "industries": "C39，M73", "leader_capacity": "5", "head_capacity": "10",
        "deputy_capacity": "5", "deputies": "", "revision": "",
    }  # fmt: skip
    clerk = client_of("clerk")
    assert clerk.post(here("round_new"), sent(**told)).status_code == 303
    made = Round.objects.get()
    assert (made.industries, str(made.until_on)) == (["C39", "M73"], "2027-12-01")
    again = clerk.post(here("round_new"), sent(**told | {"industries": "Z99"}))
    assert again.status_code == 422
    assert "没有这样的行业代码：Z99" in words_of(again)


def test_the_leader_sees_full_coverage_and_nobody_over_capacity(zone, held, client_of):
    leader = client_of("leader")
    said = words_of(leader.get(here("board")))

    assert "覆盖率 2/2" in said
    assert "应挂钩 2 家，有人服务 2 家；没有空缺" in said
    assert "超出容量 0 人 没有人超" in said
    assert "拟新一轮" not in said
    rows = words_of(leader.get(here("covered")))
    assert "松濑精密陶瓷 陆远" in rows


def test_an_enterprise_that_arrives_is_a_gap_until_the_round_is_changed(zone, held, client_of):
    firm("MA1XK009", "青穗")
    clerk = client_of("clerk")

    assert "1 家没有挂钩干部" in words_of(clerk.get(here("board")))
    gaps = words_of(clerk.get(here("covered") + "?show=gaps"))
    assert "青穗" in gaps
    assert "拟调整方案" in gaps


def test_the_board_asks_the_same_few_queries_however_many_serve(
    held, client_of, django_assert_max_num_queries
):
    leader = client_of("leader")
    leader.get(here("board"))
    with django_assert_max_num_queries(30):
        leader.get(here("board"))


def test_the_workbook_is_what_is_shown(zone, held, client_of):
    def rows(address: str) -> list[list[object]]:
        answer = client_of("clerk").get(address)
        book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
        return book.get_sheet_by_index(0).to_python()

    covered = rows(here("covered") + "?export=xlsx")
    assert [row[1] for row in covered] == [
        "企业名称", "松濑精密陶瓷（云泽）有限公司", "禾屿生物医药有限公司",
    ]  # fmt: skip
    assert covered[1][2] == "陆远"
    moved = rows(here("round", held.pk) + "?queue=moved&export=xlsx")
    assert [(row[3], row[6]) for row in moved[1:]] == [("陆远", "沈一帆")]


def test_the_successor_confirms_on_the_page(zone, held, client_of, colleague):
    follow()
    handover = Handover.objects.get()
    luyuan = Client()
    luyuan.force_login(colleague.account)
    assert "1 家等您确认接手" in words_of(luyuan.get(here("mine")))
    assert "确认接手" in words_of(luyuan.get(here("handover", handover.pk)))
    assert client_of("clerk").post(here("confirm", handover.pk)).status_code == 403

    assert luyuan.post(here("confirm", handover.pk)).status_code == 303

    handover.refresh_from_db()
    assert handover.confirmed_by_id == colleague.account_id


def test_an_enterprise_sees_its_officers_and_wishes_to_keep_one(zone, held, client_of, colleague):
    contact, page = client_of("contact"), here("serving", zone.enterprise.pk)
    said = words_of(contact.get(page))
    assert "挂钩干部 2026-11-05 起 陆远 规划建设局副局长 8601 2315" in said
    assert "以前的干部 沈一帆" in said
    assert client_of("stranger").get(page).status_code == 404

    assert contact.post(here("wish_own", zone.enterprise.pk)).status_code == 303
    wish = Wish.objects.get()
    assert (wish.officer_id, wish.kind) == (colleague.pk, "enterprise")
    assert "您希望继续由陆远挂钩" in words_of(contact.get(page))
    assert contact.post(here("withdraw", wish.pk)).status_code == 303


def test_an_enterprise_asks_for_another_officer_and_only_the_centre_reads_it(
    zone, held, client_of, colleague
):
    contact, page = client_of("contact"), here("serving", zone.enterprise.pk)
    asked = here("wish_other", zone.enterprise.pk)
    contact.post(asked, {"reason": " "})
    assert not Wish.objects.exists()
    assert client_of("stranger").post(asked, {"reason": "找不到人"}).status_code == 404

    assert contact.post(asked, {"reason": "三次没有回电"}).status_code == 303

    wish = Wish.objects.get()
    assert (wish.officer_id, wish.kind, wish.reason) == (colleague.pk, "other", "三次没有回电")
    assert "三次没有回电" in words_of(contact.get(page))
    assert "三次没有回电" in words_of(client_of("clerk").get(here("wishes")))
    client = Client()
    client.force_login(colleague.account)
    for one in (client, client_of("leader")):
        assert "三次没有回电" not in words_of(one.get(here("wishes")))
        assert one.post(here("withdraw", wish.pk)).status_code == 404
    event = JournalEvent.objects.get(kind="linking.wish_stated")
    assert event.audience == "audit"
    contact.post(here("wish_own", zone.enterprise.pk))
    assert Wish.objects.count() == 1  # one or the other
    assert contact.post(here("withdraw", wish.pk)).status_code == 303


def test_officers_see_rounds_once_they_are_published(zone, round_, held, client_of):
    linked = client_of("linked_officer")
    assert linked.get(here("round", round_.pk)).status_code == 404
    assert "松濑精密陶瓷" in words_of(linked.get(here("round", held.pk)))
    assert linked.get(here("round_new")).status_code == 403
    mine = words_of(linked.get(here("mine")))
    assert "禾屿生物医药" in mine
    assert "松濑精密陶瓷" not in mine


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_neither_administrators_nor_enterprises_see_rounds(zone, held, client_of, role):
    account = Account.objects.create(username="admin")
    RoleGrant.objects.create(account=account, role=role.value)
    admin = Client()
    admin.force_login(account)
    pages = [here("board"), here("rounds"), here("round", held.pk), here("covered"),
             here("handovers"), here("wishes"), here("mine")]  # fmt: skip
    for client in (admin, client_of("contact")):
        assert [client.get(page).status_code for page in pages] == [404] * len(pages)
    assert admin.get(here("serving", zone.enterprise.pk)).status_code == 404


def test_in_english_too(zone, round_, client_of):
    Account.objects.filter(pk=zone.clerk.account_id).update(language="en")
    clerk = client_of("clerk")
    said = words_of(clerk.get(here("round", round_.pk)))
    assert "Not ready to publish" in said
    assert not re.search(r"规则|挂钩|方案", said.replace("2027 年挂钩", ""))
