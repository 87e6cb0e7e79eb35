"""The pages of one park, asked for one by one through Django's own client.

A view is asked for as the WSGI server asks the program: middleware (session, account, actor),
view, queries, template, all of it; not the HTTP server nor the way to the browser. On standard
input: `views` answers with all names as JSON; a name's number asks for that page and answers with
its milliseconds.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass

import django

django.setup()

# ruff: noqa: E402 - Django first
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import processes
from config.memory import rarely_collected
from yuanqi.foundation.models import Account

# of `yuanqi.demo.many.words`: in every text, in a quarter each and never together, only in the
# first years, hardly ever; and words of the demo park's own
WORDS = ("设备编号", "甲栋", "甲栋 乙栋", "纸质台账", "搬迁过渡期", "设备编号 纸质台账", "废水",
         "甲栋 废水", "环评 签证", "设备编号 甲栋 乙栋", "陶瓷")  # fmt: skip
CENTRE = ("undispatched", "warning", "overdue", "supervised", "returned", "call-back", "open",
          "answered", "closed", "idle", "reopened", "parked", "extensions", "all")  # fmt: skip
DEPARTMENT = ("to-sign", "co-handling", "warning", "overdue", "supervised", "open", "answered",
              "closed", "idle", "reopened", "parked", "extensions", "all")  # fmt: skip
LINKED = ("warning", "overdue", "supervised", "open", "answered", "closed", "idle", "all")


@dataclass(frozen=True)
class View:
    kind: str  # "list", "narrowed" (a list by filters), "search", "cockpit"
    role: str
    path: str


def _one(sql: str, *params: object) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: tuple[object, ...] = cursor.fetchone()
    return found


def _people() -> dict[str, str]:
    """Who asks, by role: usernames."""
    handler = """
        SELECT a.username FROM account a JOIN officer o ON o.account_id = a.id
        JOIN account_role r ON r.account_id = a.id AND r.role = 'handler'
        JOIN (SELECT lead_id, count(*) AS n FROM "case" GROUP BY 1) led
            ON led.lead_id = o.department_id
        WHERE o.is_active ORDER BY n {order}, o.id LIMIT 1
    """
    contact = """
        SELECT a.username FROM account a JOIN contact_person p ON p.account_id = a.id
        JOIN (SELECT enterprise_id, count(*) AS n FROM "case" GROUP BY 1) asked
            USING (enterprise_id)
        WHERE p.is_main ORDER BY n {order}, p.id LIMIT 1
    """
    linked = """
        SELECT a.username FROM account a JOIN officer o ON o.account_id = a.id
        JOIN link l ON l.officer_id = o.id GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
    """
    return {
        "centre": "centre",
        "leader": "leader",
        "large department": str(_one(handler.format(order="DESC"))[0]),
        "small department": str(_one(handler.format(order="ASC"))[0]),
        "linked officer": str(_one(linked)[0]),
        "enterprise with many": str(_one(contact.format(order="DESC"))[0]),
        "enterprise with few": str(_one(contact.format(order="ASC"))[0]),
    }


def _views() -> list[View]:
    ledger, search = reverse("servicedesk:ledger"), reverse("web:search")
    cockpit = reverse("insight:cockpit")
    year = timezone.localdate().year
    category = _one('SELECT category FROM "case" GROUP BY 1 ORDER BY count(*) DESC LIMIT 1')[0]
    opened = (f"category={category}", "level=P1", "light=red", "light=yellow", "light=paused",
              "flag=idle", f"category={category}&level=P2", "sort=oldest")  # fmt: skip
    ever = (
        f"category={category}", "answer=late", f"answer=late&category={category}",
        "review=dissatisfied", "outcome=merged", "channel=officer", "complaint=yes",
        f"opened_from={year - 5}-01-01&opened_to={year - 5}-01-31", "firm=陶瓷",
        f"category={category}&level=P1&channel=officer", "sort=oldest",
        # nothing is both: the whole ledger is looked at in vain
        "answer=late&level=P4&outcome=called_back&complaint=yes",
    )  # fmt: skip
    found = []
    for role, queues in (
        ("centre", CENTRE), ("leader", CENTRE), ("large department", DEPARTMENT),
        ("small department", DEPARTMENT), ("linked officer", LINKED),
    ):  # fmt: skip
        found += [View("list", role, f"{ledger}?queue={queue}") for queue in queues]
        found += [View("narrowed", role, f"{ledger}?queue=open&{one}") for one in opened]
        for queue in ("closed", "all"):
            found += [View("narrowed", role, f"{ledger}?queue={queue}&{one}") for one in ever]
    for role in ("enterprise with many", "enterprise with few"):
        found.append(View("list", role, ledger))
    for role in ("centre", "large department", "small department", "linked officer",
                 "enterprise with many", "enterprise with few"):  # fmt: skip
        found += [View("search", role, f"{search}?q={words}") for words in WORDS]
    for role in ("leader", "centre"):
        found += [View("cockpit", role, cockpit), View("cockpit", role, f"{cockpit}?by=category")]
    return found


def main() -> None:
    processes.collect_static()
    settings.ALLOWED_HOSTS = ["*"]
    clients = {}
    for role, username in _people().items():
        clients[role] = Client()
        clients[role].force_login(Account.objects.get(username=username))
    views = _views()
    rarely_collected()  # as `config.wsgi` does
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "views":
            print(json.dumps([asdict(view) for view in views]), flush=True)
            continue
        view = views[int(line)]
        begun = time.perf_counter()
        answer = clients[view.role].get(view.path)
        taken = time.perf_counter() - begun
        if answer.status_code != 200:
            raise RuntimeError(f"{view.role} {view.path}: {answer.status_code}")
        print(taken * 1000, flush=True)


if __name__ == "__main__":
    main()
