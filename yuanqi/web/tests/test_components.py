"""The parts of a page: accessible, without anything inline, with every word of theirs in place."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation

WEB = Path(__file__).resolve().parent.parent
VENDOR = WEB / "static" / "vendor"
TEMPLATES = sorted(WEB.parent.glob("*/templates/**/*.html"))


class Extension(forms.Form):
    reason = forms.CharField(label="延期理由", help_text="企业会看到。")
    until = forms.DateField(label="新的期限", required=False)
    level = forms.ChoiceField(
        label="影响", choices=[("1", "停产"), ("2", "不影响")], widget=forms.RadioSelect
    )
    volume = forms.IntegerField(label="余量")


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


def render(source: str, **context) -> str:
    text = Template("{% load yuanqi %}" + source).render(Context(context))
    return re.sub(r"\s+", " ", text)


def test_a_field_with_an_error_names_its_hint_and_its_error():
    form = Extension({})
    form.is_valid()
    html = render("{% field form.reason %}", form=form)

    control = re.search(r"<input[^>]*>", html)[0]
    assert 'aria-describedby="id_reason_hint id_reason_error"' in control
    assert 'aria-invalid="true"' in control
    assert 'class="form-control is-bad"' in control
    assert '<label class="form-label" for="id_reason">延期理由</label>' in html
    assert '<span class="form-hint mt-1" id="id_reason_hint">企业会看到。</span>' in html
    assert '<span class="yq-bad" id="id_reason_error">' in html


def test_only_optional_fields_are_marked():
    form = Extension()
    assert "（选填）" in render("{% field form.until %}", form=form)
    assert "（选填）" not in render("{% field form.reason %}", form=form)


def test_few_choices_stand_open_as_boxes_in_a_group_with_a_legend():
    html = render("{% field form.level %}", form=Extension({"level": "2"}))
    assert '<legend class="form-label">影响</legend>' in html
    assert '<div class="yq-choice">' in html
    assert html.count('type="radio"') == 2
    assert html.count(" checked") == 1


def test_a_unit_sits_in_the_field():
    html = render('{% field form.volume unit="mL" %}', form=Extension())
    assert re.search(r'<div class="yq-unit"><input type="number"[^>]*><span>mL</span></div>', html)


def test_the_summary_counts_the_fields_and_leads_to_each():
    form = Extension({"volume": "3"})
    form.is_valid()
    form.add_error(None, "已经延期过一次。")
    html = render("{% errors form %}", form=form)

    assert "<b>有 2 处要改</b>" in html
    assert "<li>已经延期过一次。</li>" in html
    assert re.findall(r'href="([^"]+)"', html) == ["#id_reason", "#id_level_0"]
    assert render("{% errors form %}", form=Extension()).strip() == ""


def test_a_light_keeps_its_word_for_those_who_cannot_see_it():
    assert render("{% light 'red' %}") == '<span class="yq-light is-red">红</span>'
    assert render("{% light 'red' '超 6 小时' %}") == (
        '<span class="yq-light is-red"><span class="visually-hidden">红 </span>超 6 小时</span>'
    )
    assert render("{% light None %}") == '<span class="yq-light is-none">不计时</span>'


def test_an_icon_is_hidden_from_screen_readers_and_an_unknown_one_is_a_mistake():
    assert render("{% icon 'phone' %}").startswith(
        '<svg class="yq-ico" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4h4'
    )
    with pytest.raises(TemplateSyntaxError, match="no icon 'rocket'"):
        render("{% icon 'rocket' %}")


def test_values_on_a_page_are_escaped():
    assert "&lt;b&gt;" in render("{% light 'green' text %}", text="<b>")
    assert "&lt;b&gt;" in render("{% empty text '/' text %}", text="<b>")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500, 503])
def test_every_failure_has_its_page_without_any_context(status, language):
    with translation.override(language):
        html = render_to_string("web/error.html", {"status": status})

    assert html.startswith("<!doctype html>")
    assert f'<html lang="{"zh-CN" if language == "zh-hans" else "en"}">' in html
    heading = re.search(r"<h1>(.+)</h1>", html)[1]
    assert bool(re.search(r"[\u4e00-\u9fff]", heading)) == (language == "zh-hans")
    assert '<a class="btn" href="/">' in html


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_template_holds_anything_that_the_content_policy_refuses(path):
    source = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.S)
    refused = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|\shx-on|javascript:|js:\{"
        r"|<script(?![^>]*\ssrc=)(?![^>]*application/json)",
        re.I,
    )
    assert refused.findall(source) == []


def test_vendored_files_are_those_of_the_manifest():
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text("utf-8"))
    recorded = {
        f"{entry['folder']}/{name}": digest
        for entry in manifest
        for name, digest in entry["sha256"].items()
    }
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.glob("*/*")
    }
    assert found == recorded


def test_every_vendored_path_in_a_template_is_there():
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"'(vendor/[^']+)'", path.read_text("utf-8"))
    }
    missing = {name for name in named if not (WEB / "static" / name).is_file()}
    assert len(named) >= 2
    assert missing == set()
