"""The catalogs of English words beside the Chinese ones that stand in code and templates.

    python tools/messages.py extract [APP …]    bring each app's django.po up to date
    python tools/messages.py compile [APP …]    write django.mo beside it
    python tools/messages.py check              say what is missing; exit 1 if anything is

Collecting needs Babel and no gettext binaries. Compiled catalogs are committed, because a fresh
clone runs without Babel; `check` holds them against their sources byte by byte. A catalog is
sorted, without line numbers and dates, so that it changes only when words do.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "en"
CALLS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """\
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
# Han letters and full-width punctuation; the ideographic space is only a space
CHINESE = re.compile(r"[\u3400-\u9fff\u3001-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]")
MARKED = re.compile(r"""\b_\((?:"[^"]*"|'[^']*')\)""")
PLACE = re.compile(r"%\((\w+)\)")
SPOKEN_FILES = ("forms.py", "views.py", "forms/*.py", "views/*.py")
SPOKEN = ("yuanqi/web/*.py", "yuanqi/foundation/http.py", "yuanqi/foundation/pages.py")


class Key(NamedTuple):
    """What identifies a message: its context and its words (a pair where there is a plural)."""

    context: str | None
    words: str | tuple[str, ...]

    def __str__(self) -> str:
        words = self.words if isinstance(self.words, str) else self.words[0]
        return repr(words) if self.context is None else f"{words!r} ({self.context})"

    @property
    def order(self) -> tuple:
        words = (self.words,) if isinstance(self.words, str) else self.words
        return (words, self.context or "")


class App(NamedTuple):
    """An app's catalog, and the directories whose words it holds."""

    name: str
    catalog: Path
    sources: tuple[Path, ...]


def apps() -> list[App]:
    found = []
    for folder in sorted((ROOT / "yuanqi").iterdir()):
        if not (folder / "__init__.py").exists():
            continue
        catalog = folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        sources = (folder, ROOT / "config") if folder.name == "web" else (folder,)
        found.append(App(folder.name, catalog, sources))
    return found


def files(folder: Path, suffix: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*{suffix}")):
        parts = path.relative_to(folder).parts
        if not {"tests", "migrations", "static", "locale"} & set(parts):
            yield path


def template_code(path: Path) -> str:
    """Return a template as code in which only the calls for translation are left."""
    lines = templatize(path.read_text("utf-8"), origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines)


def used(app: App) -> dict[Key, str]:
    """Return the messages of an app's code and templates, each with the file that says it first."""
    found: dict[Key, str] = {}
    for folder in app.sources:
        texts = [(path, path.read_text("utf-8")) for path in files(folder, ".py")]
        texts += [
            (path, template_code(path))
            for suffix in (".html", ".txt")
            for path in files(folder, suffix)
            if "templates" in path.parts
        ]
        for path, text in texts:
            source = io.BytesIO(text.encode("utf-8"))
            options = {"encoding": "utf-8"}
            for _line, words, _comments, context in extract(
                "python", source, keywords=CALLS, options=options
            ):
                found.setdefault(Key(context, words), str(path.relative_to(ROOT)))
    return found


def written(app: App) -> dict[Key, Message]:
    """Return the messages of an app's catalog; nothing where it has none yet."""
    if not app.catalog.exists():
        return {}
    with app.catalog.open("rb") as file:
        catalog = read_po(file, locale=LANGUAGE)
    return {Key(message.context, message.id): message for message in catalog if message.id}


def is_translated(message: Message) -> bool:
    words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return bool(words) and all(words)


# extract and compile -----------------------------------------------------------------------------


def extract_into(chosen: list[App]) -> None:
    """Bring catalogs up to date: keep translations, add new words, drop those not used.

    A word new in one app takes its translation from another app that has it.
    """
    known: dict[Key, Message] = {}
    for app in apps():
        for key, message in written(app).items():
            if is_translated(message):
                known.setdefault(key, message)
    for app in chosen:
        keys = used(app)
        if not keys:
            app.catalog.unlink(missing_ok=True)
            app.catalog.with_suffix(".mo").unlink(missing_ok=True)
            continue
        before = written(app)
        catalog = Catalog(locale=LANGUAGE, fuzzy=False)
        for key in sorted(keys, key=lambda key: key.order):
            old = before.get(key)
            if old is None or not is_translated(old):
                old = known.get(key)
            empty = "" if isinstance(key.words, str) else ("", "")
            flags = {"fuzzy"} if old is not None and old.fuzzy else set()
            string = old.string if old is not None else empty
            catalog.add(key.words, string, flags=flags, context=key.context)
        app.catalog.parent.mkdir(parents=True, exist_ok=True)
        app.catalog.write_bytes(po_bytes(catalog))


def po_bytes(catalog: Catalog) -> bytes:
    body = io.BytesIO()
    write_po(body, catalog, width=100, no_location=True, omit_header=True)
    return HEADER.encode() + body.getvalue()


def mo_bytes(app: App) -> bytes:
    with app.catalog.open("rb") as file:
        catalog = read_po(file, locale=LANGUAGE)
    catalog.fuzzy = False
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    body = io.BytesIO()
    write_mo(body, catalog)
    return body.getvalue()


def compile_beside(chosen: list[App]) -> None:
    for app in chosen:
        if app.catalog.exists():
            app.catalog.with_suffix(".mo").write_bytes(mo_bytes(app))


# check -------------------------------------------------------------------------------------------


def problems_of_catalogs() -> list[str]:
    """Say what each catalog lacks: words not collected, not translated, no longer used."""
    problems, said = [], {}
    for app in apps():
        keys, messages = used(app), written(app)
        problems += [
            f"{keys[key]}: {key} is not in the catalog of {app.name}"
            for key in sorted(keys.keys() - messages.keys(), key=lambda key: key.order)
        ]
        for key, message in messages.items():
            where = f"{app.name}: {key}"
            if key not in keys:
                problems.append(f"{where} is no longer used")
            elif not is_translated(message):
                problems.append(f"{where} is not translated ({keys[key]})")
            elif message.fuzzy:
                problems.append(f"{where} is marked fuzzy")
            else:
                problems += [f"{where} {problem}" for problem in problems_of(message)]
                other = said.setdefault(key, (app.name, message.string))
                if other[1] != message.string:
                    problems.append(f"{where} is translated in another way in {other[0]}")
        compiled = app.catalog.with_suffix(".mo")
        if messages and (not compiled.exists() or compiled.read_bytes() != mo_bytes(app)):
            problems.append(f"{app.name}: the catalog is not compiled (make messages)")
    return problems


def problems_of(message: Message) -> list[str]:
    plural = isinstance(message.id, (list, tuple))
    wanted = set(PLACE.findall(message.id[-1] if plural else message.id))
    forms = message.string if plural else (message.string,)
    problems = []
    for place, form in enumerate(forms):
        has = set(PLACE.findall(form))
        # one thing may be said without its number
        if has - wanted or (wanted - has and not (plural and place == 0)):
            problems.append("is translated with other placeholders")
    if not plural and CHINESE.search(message.string) and message.string != message.id:
        problems.append("is translated with Chinese letters")
    return problems


def unmarked_in_template(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of Chinese that stands outside translation and comments."""
    hidden = ""
    for token in Lexer(source).tokenize():
        said = ""
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
            if hidden:
                hidden = "" if name == hidden else hidden
            elif name in ("comment", "blocktranslate", "blocktrans"):
                hidden = f"end{name}"
            elif name not in ("translate", "trans"):
                said = MARKED.sub("", token.contents)
        elif hidden:
            continue
        elif token.token_type == TokenType.VAR:
            said = MARKED.sub("", token.contents)
        elif token.token_type == TokenType.TEXT:
            said = re.sub(r"<!--.*?-->", lambda found: "\n" * found[0].count("\n"), token.contents)
        for offset, line in enumerate(said.split("\n")):
            if CHINESE.search(line):
                yield token.lineno + offset, line.strip()


def unmarked_in_code(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of Chinese literals that no gettext call takes; docstrings may."""
    tree = ast.parse(source)
    fine = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in CALLS:
                fine.update(map(id, ast.walk(node)))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            fine.add(id(node.value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in fine
            and CHINESE.search(node.value)
        ):
            yield node.lineno, node.value.strip()


def problems_of_sources() -> list[str]:
    """Say where Chinese words reach a reader without having passed through a catalog."""
    problems = []
    for app in apps():
        for folder in app.sources:
            for path in files(folder, ".html"):
                if "templates" not in path.parts:
                    continue
                problems += [
                    f"{path.relative_to(ROOT)}:{line}: not marked for translation: {words}"
                    for line, words in unmarked_in_template(path.read_text("utf-8"))
                ]
    spoken = [path for name in SPOKEN_FILES for path in (ROOT / "yuanqi").glob(f"*/{name}")]
    spoken += [path for pattern in SPOKEN for path in ROOT.glob(pattern)]
    for path in sorted(set(spoken)):
        problems += [
            f"{path.relative_to(ROOT)}:{line}: not marked for translation: {words}"
            for line, words in unmarked_in_code(path.read_text("utf-8"))
        ]
    return problems


def main(arguments: list[str]) -> int:
    if not settings.configured:
        settings.configure()
    match arguments:
        case ["extract", *names]:
            extract_into([app for app in apps() if not names or app.name in names])
        case ["compile", *names]:
            compile_beside([app for app in apps() if not names or app.name in names])
        case ["check"]:
            problems = problems_of_catalogs() + problems_of_sources()
            print("\n".join(problems) or "every word is translated")
            return 1 if problems else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
