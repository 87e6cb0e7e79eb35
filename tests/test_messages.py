"""Every word a reader meets has passed through a catalog and is translated."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
messages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(messages)


def test_every_message_is_collected_translated_and_compiled():
    assert messages.problems_of_catalogs() == []


def test_no_chinese_reaches_a_reader_without_translation():
    assert messages.problems_of_sources() == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<h1>诉求</h1>", [(1, "<h1>诉求</h1>")]),
        ("<p>\n  <a title='全部'>", [(2, "<a title='全部'>")]),
        ("{{ name|default:'无' }}", [(1, "name|default:'无'")]),
        ("{% empty '没有' %}", [(1, "empty '没有'")]),
        ("{{ a }}（{{ b }}）", [(1, "（"), (1, "）")]),
        ("{% comment %}诉求{% endcomment %}x{# 诉求 #}<!-- 诉求 -->", []),
        ("{% comment %}a{% endcomment %}诉求", [(1, "诉求")]),
        ("{% translate '诉求' %}{% translate '诉求' as title %}", []),
        ("{% blocktranslate trimmed %}共 {{ n }} 件{% endblocktranslate %}", []),
        ("{% empty _('没有') url _(\"清除\") %}{{ name|default:_('无') }}", []),
        ("{{ a }}　{{ b }} · — –", []),
    ],
)
def test_chinese_outside_translation_is_found_with_its_line(source, found):
    assert list(messages.unmarked_in_template(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("label = '标题'", [(1, "标题")]),
        ("x = 1\nlabel = f'第 {x} 页'", [(2, "第"), (2, "页")]),
        ("label = _('标题')", []),
        ("label = gettext_lazy('标题') % {'a': 1}", []),
        ('def view():\n    """Shows 诉求."""', []),
    ],
)
def test_chinese_in_code_is_found_with_its_line(source, found):
    assert list(messages.unmarked_in_code(source)) == found


@pytest.fixture
def park(tmp_path, monkeypatch):
    """A small tree with one app, in place of the project's own."""
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    app = tmp_path / "yuanqi" / "desk"
    (app / "templates" / "desk").mkdir(parents=True)
    (tmp_path / "config").mkdir()
    (app / "__init__.py").touch()
    (app / "forms.py").write_text("label = _('标题')\n", "utf-8")
    (app / "templates" / "desk" / "list.html").write_text(
        "{% load i18n %}\n  <h1>{% translate '诉求' %}</h1>\n"
        "{% blocktranslate trimmed count n=n %}\n  共 {{ n }} 件\n{% plural %}\n"
        "  共 {{ n }} 件\n{% endblocktranslate %}\n"
        "    {{ x|default:_('无') }} don't {% translate '更多' context 'menu' %}\n",
        "utf-8",
    )
    return app


def words(app):
    catalog = app / "locale" / "en" / "LC_MESSAGES" / "django.po"
    return {str(key): message for key, message in messages.written(_app(catalog)).items()}


def _app(catalog):
    return messages.App("desk", catalog, (catalog.parents[3],))


def test_words_of_code_and_templates_are_collected(park):
    messages.extract_into(messages.apps())

    assert sorted(words(park)) == ["'共 %(n)s 件'", "'无'", "'更多' (menu)", "'标题'", "'诉求'"]
    assert "forms.py" not in (park / "locale/en/LC_MESSAGES/django.po").read_text("utf-8")


def test_collecting_again_keeps_translations_drops_old_words_and_changes_nothing_else(park):
    messages.extract_into(messages.apps())
    catalog = park / "locale" / "en" / "LC_MESSAGES" / "django.po"
    text = catalog.read_text("utf-8")
    catalog.write_text(
        text.replace('msgid "诉求"\nmsgstr ""', 'msgid "诉求"\nmsgstr "Requests"')
        + '\nmsgid "旧的"\nmsgstr "Old"\n',
        "utf-8",
    )

    messages.extract_into(messages.apps())
    once = catalog.read_bytes()
    messages.extract_into(messages.apps())

    assert catalog.read_bytes() == once
    assert words(park)["'诉求'"].string == "Requests"
    assert "'旧的'" not in words(park)


def test_what_a_catalog_lacks_is_said(park):
    def problems():
        return messages.problems_of_catalogs()

    assert "'标题' is not in the catalog of desk" in "\n".join(problems())
    messages.extract_into(messages.apps())
    assert "desk: '标题' is not translated (yuanqi/desk/forms.py)" in problems()

    catalog = park / "locale" / "en" / "LC_MESSAGES" / "django.po"
    text = catalog.read_text("utf-8").replace('msgstr ""\n\n', 'msgstr "x"\n\n')
    text = text.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "one"\nmsgstr[1] "%(m)s"')
    catalog.write_text(text.rstrip("\n") + "\n", "utf-8")
    messages.compile_beside(messages.apps())
    assert "desk: '共 %(n)s 件' is translated with other placeholders" in problems()

    catalog.write_text(catalog.read_text("utf-8").replace("%(m)s", "%(n)s"), "utf-8")
    assert problems()[-1] == "desk: the catalog is not compiled (make messages)"
