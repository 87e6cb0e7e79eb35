"""The program `yuanqi`: its commands, and the embedded database under them."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from yuanqi.foundation import postgres

ROOT = Path(__file__).resolve().parent.parent


def tell(line: str) -> None:
    print(line, flush=True)


def var() -> Path:
    return Path(os.environ.get("YUANQI_VAR", "").strip() or ROOT / "var").absolute()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = parser().parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if getattr(arguments, "demo", False):
        os.environ.setdefault("YUANQI_DEMO", "1")
    with ExitStack() as stack:
        try:
            if not os.environ.get("DATABASE_URL", "").strip() and arguments.needs_database:
                stack.enter_context(postgres.start(var(), tell=tell))
        except postgres.PostgresError as error:
            print(f"yuanqi: {error}", file=sys.stderr)
            return 1
        import django  # noqa: PLC0415 - settings read the database's passwords, so it starts first

        django.setup()
        from config import commands  # noqa: PLC0415 - needs Django

        run: Callable[[argparse.Namespace], int] = getattr(commands, arguments.run)
        return run(arguments)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="yuanqi", description="Yuanqi 园企: the service platform of an industrial park."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, help_: str, run: str, *, database: bool = True) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help_, description=help_)
        one.set_defaults(run=run, needs_database=database)
        return one

    demo = add("demo", "start the platform on a fictional demo park", "demo")
    demo.set_defaults(demo=True)
    demo.add_argument("--port", type=int, help="default: 8000, or the next that is free")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--enterprises", type=int, help="a larger park: up to 100,000")
    demo.add_argument("--requests", type=int, help="a larger park: up to 1,000,000")
    demo.add_argument("--load-only", action="store_true", help="load it, and don't serve")

    past = add(
        "demo-past", "write the demo park's older requests; demo does so itself", "demo_past"
    )
    past.set_defaults(demo=True)

    serve = add("serve", "serve the pages (WSGI)", "serve")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--workers", type=int, default=2)

    live = add("live", "tell open pages what has changed (server-sent events)", "live")
    live.add_argument("--port", type=int, default=8001)
    live.add_argument("--host", default="127.0.0.1")

    add("worker", "run jobs, the minute's sweep, subscribers and seals", "worker")
    add("migrate", "bring the database to this version", "migrate")
    add("init", "prepare an empty platform and make the three administrators", "init")

    backup = add("backup", "write the whole platform, without its keys, into one file", "backup")
    backup.add_argument("target", type=Path, help="a new file, or a directory")
    backup.add_argument("--keys", type=Path, help="write the keys too, into a file of their own")

    restore = add("restore", "bring a backup into an empty platform, and verify it", "restore")
    restore.add_argument("source", type=Path)
    restore.add_argument("--keys", type=Path, help="the file of keys that backup wrote")

    calendar = add("calendar", "the working calendar", "calendar_load")
    calendar.add_argument("action", choices=["load"])
    calendar.add_argument("--document-no", default="", help="number of the State Council's notice")

    journal = add("journal", "verify or seal the journal", "journal")
    journal.add_argument("action", choices=["verify", "seal"])
    journal.add_argument("--all", action="store_true", help="from the first event on")

    bring = add("import", "check a file against a register, and bring it in", "import_file")
    bring.add_argument("kind", help="enterprises, contacts, indicators, projects, links, officers")
    bring.add_argument("file", type=Path)
    bring.add_argument("--by", required=True, help="username of who keeps that register")
    bring.add_argument("--update", action="store_true", help="update what is registered already")
    bring.add_argument("--check", action="store_true", help="check only, write nothing")

    retention = add("retention", "what is kept too long: say it, or remove it", "retention")
    retention.add_argument("action", choices=["report", "run"])

    mechanism = add("mechanism", "definitions of kinds of cases", "mechanism_check", database=False)
    mechanism.add_argument("action", choices=["check"])
    mechanism.add_argument("files", nargs="+", type=Path)

    figures = add("figures", "the daily figures: count them afresh, or compare them", "figures")
    figures.add_argument("action", choices=["rebuild", "check"])

    search = add("search", "the index that requests and enterprises are found by", "search_rebuild")
    search.add_argument("action", choices=["rebuild"])

    facts = add("facts", "what is known of every enterprise: keep this month's state", "facts")
    facts.add_argument("action", choices=["snapshot"])

    manage = add("manage", "Django's own commands", "manage")
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    return top


if __name__ == "__main__":
    sys.exit(main())
