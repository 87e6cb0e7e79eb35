"""The house rules that a machine can hold: sizes, layers' manners, migrations, events."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from yuanqi.audit import kinds
from yuanqi.foundation.journal import Event

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "yuanqi"
LONGEST = 400
# tables are read as one picture of a slice
LONGEST_MODELS = 520

# what operations share among themselves, and jobs that open a transaction for each part
HELPERS = {
    "opened", "definition_of", "limits_of", "enclosed", "intake_at", "next_number", "sweep",
    "give_password", "require_system", "code_checked", "locked", "source_of",
    "verification_run", "retention_run", "sweep_on",
    # runs of many transactions, and what operations of one slice share
    "all_recompute", "cares_sweep", "keep_up", "recount", "versions_in_force", "month_end",
}  # fmt: skip
# done by the system, when its time has come
BY_THE_SYSTEM = {"case_close_unrated", "pause_run_out", "case_watch", "sizes_recompute"}

WRITES = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete",
}  # fmt: skip


def modules(*names: str) -> Iterator[Path]:
    """The program's modules; with names, those of that name or in a package of that name."""
    for path in sorted(PROGRAM.rglob("*.py")):
        parts = path.relative_to(PROGRAM).with_suffix("").parts
        if "tests" in parts or "migrations" in parts:
            continue
        if not names or set(parts[1:]) & set(names):
            yield path


def said(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Each call with the dotted name that is called, as far as it is plain."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_no_module_outgrows_a_readers_patience():
    long = {
        str(path.relative_to(ROOT)): length
        for path in modules()
        if (length := len(path.read_text().splitlines()))
        > (LONGEST_MODELS if path.stem == "models" else LONGEST)
    }

    assert long == {}


def test_every_operation_takes_names_an_actor_and_a_time_and_opens_its_transaction():
    wrong = []
    found = 0
    for path in modules("operations"):
        for function in functions(path):
            if function.name in HELPERS:
                continue
            found += 1
            names = {argument.arg for argument in function.args.kwonlyargs}
            if function.args.args or function.args.posonlyargs or function.args.vararg:
                wrong.append(f"{said(path, function)} {function.name} takes arguments by place")
            if "at" not in names:
                wrong.append(f"{said(path, function)} {function.name} is not told the time")
            if "actor" not in names and function.name not in BY_THE_SYSTEM:
                wrong.append(f"{said(path, function)} {function.name} is not told who acts")
            if "transaction.atomic" not in map(ast.unparse, function.decorator_list):
                wrong.append(f"{said(path, function)} {function.name} opens no transaction")
            if ast.get_docstring(function) is None:
                wrong.append(f"{said(path, function)} {function.name} doesn't say what it does")

    assert wrong == []
    assert found >= 20


def test_rules_are_told_the_time_and_never_ask_for_it():
    asked = [
        f"{said(path, node)} {name}"
        for path in [
            *modules("operations", "acts", "casefile", "queries", "models", "events"),
            *sorted((PROGRAM / "domain").glob("*.py")),
        ]
        # a form's or page's own `acts` belong to the edges
        if not {"forms", "views"} & set(path.parts)
        for node, name in calls(path)
        if name.rpartition(".")[2] in {"now", "today", "utcnow", "localdate", "localtime"}
        and not node.args
    ]

    assert asked == []


def test_reads_and_edges_write_nothing():
    wrote = [
        f"{said(path, node)} {name}"
        for path in modules("queries", "views", "api", "tasks", "forms", "timeline", "ledger")
        for node, name in calls(path)
        if name.rpartition(".")[2] in WRITES or (name.endswith(".update") and ".objects." in name)
    ]

    # the language of one's own pages is no fact of the park's: no event tells of it
    assert [line for line in wrote if not line.endswith("request.user.save")] == []


def test_no_module_of_the_program_prints():
    printed = [
        said(path, node) for path in modules() for node, name in calls(path) if name == "print"
    ]

    assert printed == []


def test_nothing_is_left_to_do_later():
    marked = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"#.*\b(TODO|FIXME|XXX|HACK)\b", line)
    ]

    assert marked == []


def test_every_event_is_a_frozen_record_with_a_kind_of_its_slice():
    def kinds(cls: type[Event]) -> Iterator[type[Event]]:
        for sub in cls.__subclasses__():
            yield sub
            yield from kinds(sub)

    shipped = [
        cls
        for cls in kinds(Event)
        if cls.__module__.startswith("yuanqi.")
        and ".tests." not in cls.__module__
        and "kind" in cls.__dict__  # else only the fields that several share
    ]
    wrong = []
    for cls in shipped:
        slice_ = cls.__module__.split(".")[1]
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if cls.kind.split(".")[0] != slice_ or not words.endswith(cls.kind.split(".")[1]):
            wrong.append(f"{cls.__name__} is told as {cls.kind}")
        if not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            wrong.append(f"{cls.__name__} can be changed")
        if not inspect.getsource(cls).startswith("@dataclass(frozen=True"):
            wrong.append(f"{cls.__name__} takes its fields from elsewhere")

    assert wrong == []
    told = [cls.kind for cls in shipped]
    assert len(set(told)) == len(told) >= 20


SLICES = sorted(path.parent for path in PROGRAM.glob("*/migrations"))


@pytest.mark.parametrize("slice_", SLICES, ids=lambda path: path.name)
def test_migrations_come_one_after_another_and_the_last_is_named(slice_):
    """Two branches that both add a migration conflict in `max_migration.txt`, not in a database."""
    folder = slice_ / "migrations"
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    app = slice_.name

    assert (folder / "max_migration.txt").read_text().strip() == names[-1]
    on_disk = MigrationLoader(None).disk_migrations
    for before, name in zip([None, *names], names, strict=False):
        dependencies = on_disk[app, name].dependencies
        own = [dependency[1] for dependency in dependencies if dependency[0] == app]
        assert own == ([before] if before else [])


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration(capsys):
    labels = [config.label for config in apps.get_app_configs() if config.name.startswith("yuanqi")]

    call_command("makemigrations", *labels, check=True, dry_run=True, verbosity=1)

    assert "No changes detected" in capsys.readouterr().out


def test_every_template_begins_by_saying_what_it_is_for():
    silent = []
    for path in sorted(PROGRAM.glob("*/templates/**/*.html")):
        head = path.read_text()[:400]
        if "{#" not in head and "{% comment %}" not in head:
            silent.append(str(path.relative_to(ROOT)))

    assert silent == []


def test_no_template_carries_script_or_style_of_its_own():
    """The content policy forbids both: what stands inline would silently do nothing."""
    inline = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted(PROGRAM.glob("*/templates/**/*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(src=|application/json))", line)
    ]

    assert inline == []


def test_every_event_has_a_name_for_the_audit_administrator():
    tests = ("test.", "tests.")  # what other tests, run before this one, define for themselves
    written = [kind for kind in kinds.known() if not kind.startswith(tests)]

    assert [kind for kind in written if kind not in kinds._sentences] == []
