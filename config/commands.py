"""What each command of `yuanqi` does, once the database runs and Django is set up."""

import argparse
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connections
from django.utils import timezone

from config import processes
from yuanqi.audit import operations as audit
from yuanqi.audit import retention as kept_kinds
from yuanqi.casework import calendar_moves, definition
from yuanqi.conditions import shipping
from yuanqi.foundation import backup as backups
from yuanqi.foundation import grants, migrating, seals, verify
from yuanqi.foundation.errors import Conflict
from yuanqi.importing import command as importing
from yuanqi.insight import figures as daily_figures
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.registry import facts as known_facts
from yuanqi.servicedesk import search_index


def bring_up_to_date(*, verbosity: int = 1) -> None:
    """Apply migrations as the owner, grant the program what it needs, bring in shipped rules."""
    migrating.migrate(verbosity=verbosity)
    grants.apply(program=settings.DATABASES["default"]["USER"])
    shipping.load(at=timezone.now())
    # the owner's connection is for this alone
    connections["owner"].close()


def migrate(arguments: argparse.Namespace) -> int:
    bring_up_to_date()
    return 0


def backup(arguments: argparse.Namespace) -> int:
    try:
        made = backups.make(arguments.target, keys=arguments.keys, at=timezone.now(), tell=print)
    except backups.BackupError as refused:
        print(f"yuanqi: {refused}", file=sys.stderr)
        return 1
    print(f"{made}: {made.stat().st_size / 2**20:,.1f} MB")
    if not arguments.keys:
        print("The keys (YUANQI_SECRET_KEY, YUANQI_SEAL_KEY) are not in it: keep them elsewhere.")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    try:
        report = backups.restore(
            arguments.source,
            keys=arguments.keys,
            at=timezone.now(),
            migrate=lambda: bring_up_to_date(verbosity=0),
            tell=print,
        )
    except backups.BackupError as refused:
        print(f"yuanqi: {refused}", file=sys.stderr)
        return 1
    finally:
        connections["owner"].close()
    print(report.sentence)
    return 0 if report.intact else 1


def calendar_load(arguments: argparse.Namespace) -> int:
    version = publish_chinese_calendar(document_no=arguments.document_no, at=timezone.now())
    print(f"calendar {version.version[:12]} is in force, {len(version.days)} named days")
    print(f"{calendar_moves.follow(at=timezone.now())} open clocks moved")
    return 0


def journal(arguments: argparse.Namespace) -> int:
    if arguments.action == "seal":
        seal = seals.make(at=timezone.now())
        print("nothing to seal" if seal is None else f"sealed {seal.count} events")
        return 0
    report = verify.run(whole=arguments.all)
    print(report.sentence)
    return 0 if report.intact else 1


def import_file(arguments: argparse.Namespace) -> int:
    said = importing.bring_in(
        kind=arguments.kind,
        path=arguments.file,
        username=arguments.by,
        is_update=arguments.update,
        is_check=arguments.check,
        tell=print,
    )
    return 0 if said else 1


def retention(arguments: argparse.Namespace) -> int:
    at = timezone.now()
    if arguments.action == "report":
        for kind in kept_kinds.registered():
            days, count = kind.days(at), kind.count(kind.before(at))
            print(f"{kind.name}: {count} older than {days} days")
        return 0
    runs = audit.retention_run(at=at)
    for run in runs:
        print(f"{run.kind}: {run.removed} removed" + (f", {run.failure}" if run.failure else ""))
    return 1 if any(run.failure for run in runs) else 0


def figures(arguments: argparse.Namespace) -> int:
    if arguments.action == "rebuild":
        print(f"counted {daily_figures.rebuild()} requests afresh")
        return 0
    found = daily_figures.check()
    for cell, name in found.cells[:20]:
        print(f"{cell.day} department {cell.department} {cell.category}: {name} differs")
    for case_id in found.facts[:20]:
        print(f"case {case_id} differs")
    print(f"{found.requests} requests: " + ("right" if found.is_none else "run figures rebuild"))
    return 0 if found.is_none else 1


def mechanism_check(arguments: argparse.Namespace) -> int:
    wrong = 0
    for path in arguments.files:
        _definition, problems = definition.check(path.read_text())
        wrong += len(problems)
        print(definition.report(str(path), problems) if problems else f"{path}: right")
    return 1 if wrong else 0


def serve(arguments: argparse.Namespace) -> int:
    return processes.serve(arguments.host, arguments.port, arguments.workers)


def live(arguments: argparse.Namespace) -> int:
    return processes.live(arguments.host, arguments.port)


def worker(arguments: argparse.Namespace) -> int:
    return processes.worker()


def search_rebuild(arguments: argparse.Namespace) -> int:
    done = search_index.rebuild(lambda done: print(f"{done} requests"))
    print(f"the index holds {done} requests")
    return 0


def facts(arguments: argparse.Namespace) -> int:
    print(f"made {known_facts.snapshot(timezone.localdate())}")
    return 0


def manage(arguments: argparse.Namespace) -> int:
    execute_from_command_line(["yuanqi manage", *arguments.rest])
    return 0


def init(arguments: argparse.Namespace) -> int:
    from yuanqi.web import beginnings

    bring_up_to_date()
    try:
        for line in beginnings.prepare(at=timezone.now()):
            print(line)
    except Conflict as refused:
        print(f"yuanqi: {refused.message}", file=sys.stderr)
        return 1
    return 0


def demo(arguments: argparse.Namespace) -> int:
    grown = (arguments.enterprises, arguments.requests)
    if grown != (None, None) or arguments.load_only:
        from yuanqi.demo.many import load
        from yuanqi.demo.size import FULL

        bring_up_to_date(verbosity=0)
        try:
            load.load(
                grown[0] or FULL.enterprises, grown[1] or FULL.requests, tell=processes.steps()
            )
        except load.Refused as refused:
            print(f"yuanqi: {refused}", file=sys.stderr)
            return 1
    if arguments.load_only:
        return 0
    return processes.demo(arguments.host, arguments.port)


def demo_past(arguments: argparse.Namespace) -> int:
    return processes.demo_past()


if __name__ == "__main__":
    sys.exit("run `yuanqi`")
