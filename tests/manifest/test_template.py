from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.manifest.bounds import MAX_SIZE, MAX_STEPS
from rcsplan.manifest.template import Templates
from rcsplan.manifest.template_problem import TemplateProblemError
from tests.manifest.projects import write

SCOPE = {
    "name": "Olena",
    "count": 3,
    "nothing": None,
    "flag": True,
    "lists": {"vip": [1, 2], "items": 7, "keys": "own"},
    "copy": {"uk": {"title": "Знижки"}},
    "locale": "uk",
    "result": "own",
}


def render(text, folder=Path()):
    templates = Templates(folder)
    return templates.render(text, {**templates.globals, **SCOPE})


def problem_of(text, folder=Path()):
    with pytest.raises(TemplateProblemError) as caught:
        render(text, folder)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ lists.vip }}", [1, 2]),
        ("{{ count }}", 3),
        ("{{ flag }}", True),
        ("{{ nothing }}", None),
        ("{{ 1.5 }}", 1.5),
        ("{{ {'a': 1} }}", {"a": 1}),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ (1, 2) }}", [1, 2]),
        ("{{ lists.items }}", 7),
        ("{{ lists.keys }}", "own"),
        ("{{ copy[locale].title }}", "Знижки"),
        ("{{ lists.vip | map('string') | list }}", ["1", "2"]),
        ("{{ missing | default('x') }}", "x"),
        ("{{ result }}", "own"),
    ],
)
def test_exactly_one_expression_keeps_its_type(text, value):
    assert render(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hi {{ name }}", "Hi Olena"),
        ("{{ name }}{{ count }}", "Olena3"),
        (" {{ count }}", " 3"),
        ("{{ count }}\n", "3\n"),
        ("{% if flag %}yes{% endif %}", "yes"),
        ("{% for n in lists.vip %}{{ n }},{% endfor %}", "1,2,"),
        ("a{# comment #}b", "ab"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{{- name -}} !", "Olena!"),
        ("{{ '}}' }} and {{ \"{{\" }}", "}} and {{"),
        ("{{ name ~ '-' ~ count }}!", "Olena-3!"),
        ("{{ 1.5 }} }}", "1.5 }}"),
        ("{{ name.upper() }}.", "OLENA."),
        ("{% set n = namespace(x=0) %}{% for i in range(4) %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "6"),
    ],
)
def test_everything_else_is_a_text(text, value):
    assert render(text) == value


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("{{ nmae }}", "undefined-variable", "nmae"),
        ("Hi {{ nmae.first }}", "undefined-variable", "nmae"),
        ("{{ lists.vpi }}", "undefined-variable", "vpi"),
        ("{{ name.first }}", "undefined-variable", "first"),
        ("{{ name | utn }}", "unknown-filter", "utn"),
        ("{{ name is odder }}", "unknown-filter", "odder"),
        ("{{ name | random }}", "unknown-filter", "random"),
        ("{{ lists | pprint }}", "unknown-filter", "pprint"),
        ("{{ lipsum() }}", "undefined-variable", "lipsum"),
        ("{{ name", "template-syntax", ""),
        ("{{ a b }}", "template-syntax", "b"),
        ("{% iff x %}", "template-syntax", "iff"),
        ("{{ }}", "template-syntax", ""),
        ("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", "template-syntax", ""),
        ("{{ 1 / 0 }}", "template-error", ""),
        ("{{ name + 1 }}", "template-error", ""),
        ("{{ [1, 'a'] | sort }}", "template-error", ""),
        ("{{ 1e400 }}", "template-error", ""),
        ("{{ " + "(" * 5000 + " }}", "template-error", ""),
        ("a {{ lists.vip }}", "not-text", ""),
        ("a {{ nothing }}", "not-text", ""),
        ("a {{ flag }}", "not-text", ""),
        ("{{ name ~ nothing }}", "not-text", ""),
        ("{{ range }}", "not-text", ""),
        ("a {{ lists.get }}", "not-text", ""),
        ("{{ lists.get }}", "not-text", ""),
        ("{{ lists.vip | map('string') }}", "not-text", ""),
        ("{{ {1: 2} }}", "not-text", ""),
        ("{% include 'gone.j2' %}", "unknown-template", "gone.j2"),
        ("{% include '../vars/a.yaml' %}", "unknown-template", "../vars/a.yaml"),
        ("{% include '/etc/hosts' %}", "unknown-template", "/etc/hosts"),
    ],
)
def test_what_is_wrong_is_named(text, code, word):
    problem = problem_of(text)
    assert (problem.code, problem.word) == (code, word)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ range.__globals__ }}",
        "{{ lists.vip.append(3) }}",
        "{{ lists.update({}) }}",
        "{{ lists.pop('vip') }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ name.encode() }}",
        "{{ ''.join(['a']) }}",
    ],
)
def test_the_sandbox_holds(text):
    assert problem_of(text).code in {"undefined-variable", "not-text", "template-error"}


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 10**9 }}",
        "{{ [0] * 10**9 }}",
        "{{ 10**9 * 'a' }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ range(10**9) | list }}",
        "{% for i in range(10**9) %}{% endfor %}",
        "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
        "{% for i in range(9999) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% for i in range(9999) %}" + "x" * 1000 + "{% endfor %}",
        "{% set a = 'x' * 90000 %}{{ a + a }}",
        "{% set a = 'x' * 90000 %}{{ a ~ a }}",
        "{{ 'x' | replace('x', 'y' * 90000) | replace('y', 'z' * 90000) }}",
        "{{ range(90000) | join('x' * 1000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{% for i in range(9999) %}{{ dict(a=i).a }}{{ dict(b=i).b }}{% endfor %}",
        "{% set n = namespace(x=2) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}{{ n.x }}",
    ],
)
def test_a_template_cannot_hang_the_run_or_fill_its_memory(text):
    assert problem_of(text).code == "template-out-of-bounds"


@pytest.mark.parametrize(
    "text", [f"{{% for i in range({MAX_STEPS - 1}) %}}{{% endfor %}}", f"{{{{ 'x' * {MAX_SIZE} }}}}", "{{ 2 ** 64 }}"]
)
def test_a_template_may_go_up_to_the_bounds(text):
    render(text)


@pytest.mark.parametrize("text", ["{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% include 'self.j2' %}"])
def test_endless_recursion_ends(tmp_path, text):
    write(tmp_path / "templates" / "self.j2", "{% include 'self.j2' %}")
    assert problem_of(text, tmp_path).code == "template-error"


def test_macros_and_includes_come_from_the_templates_of_the_project(tmp_path):
    write(tmp_path / "templates" / "a" / "m.j2", "{% macro hi(who) %}Hi {{ who }}{% endmacro %}")
    write(tmp_path / "templates" / "bye.j2", "Bye {{ name }}")
    text = "{% import 'a/m.j2' as m %}{{ m.hi(name) }}. {% include 'bye.j2' %}"
    assert render(text, tmp_path) == "Hi Olena. Bye Olena"


def test_a_problem_in_a_template_file_names_file_and_line(tmp_path):
    write(tmp_path / "templates" / "m.j2", "{% macro hi(who) %}\nHi {{ who.frist }}{% endmacro %}")
    problem = problem_of("{% import 'm.j2' as m %}{{ m.hi(copy) }}", tmp_path)
    assert (problem.file.name, problem.line, problem.word) == ("templates/m.j2", 2, "frist")


def test_a_syntax_error_in_a_template_file_names_file_and_line(tmp_path):
    write(tmp_path / "templates" / "m.j2", "ok\n{% iff %}")
    problem = problem_of("{% include 'm.j2' %}", tmp_path)
    assert (problem.code, problem.file.name, problem.line) == ("template-syntax", "templates/m.j2", 2)


@pytest.mark.parametrize("target", ["/etc/hosts", "../vars/secret.yaml"])
def test_no_symlink_leaves_the_templates(tmp_path, target):
    write(tmp_path / "vars" / "secret.yaml", "a: 1")
    write(tmp_path / "templates" / "ok.j2", "")
    (tmp_path / "templates" / "link.j2").symlink_to(target)
    assert problem_of("{% include 'link.j2' %}", tmp_path).code == "path-leaves-project"


@pytest.mark.parametrize(("text", "line"), [("a\nb {{ nope }}", 2), ("{{ name }}\n\n{% if nope %}x{% endif %}", 3)])
def test_a_problem_knows_its_line_or_its_expression(text, line):
    problem = problem_of(text)
    assert problem.number == 0 or problem.line == line


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ nmae }}", "Did you mean 'name'?"),
        ("{{ lists.vpi }}", "Did you mean 'vip'?"),
        ("{{ name | uppr }}", "Did you mean 'upper'?"),
    ],
)
def test_a_misspelled_name_gets_a_suggestion(text, hint):
    assert problem_of(text).hint == hint


@given(st.text())
def test_a_variable_never_becomes_template_or_structure(value):
    templates = Templates(Path())
    assert templates.render("<{{ x }}>", {"x": value}) == f"<{value}>"


@given(st.text(alphabet="{}%# x'\"-|.1\n", max_size=40))
def test_any_text_renders_the_same_twice_or_is_a_problem(text):
    assert outcome(Templates(Path()), text) == outcome(Templates(Path()), text)


def outcome(templates, text):
    try:
        return templates.render(text, {**templates.globals, "x": "value"})
    except TemplateProblemError as problem:
        return (problem.code, problem.detail)


def test_what_was_compiled_once_is_not_compiled_again():
    templates = Templates(Path())
    for number in range(3):
        templates.render(f"{number}: {{{{ x }}}}", {"x": number})
    assert list(templates._compiled) == ["{{ x }}"]


def test_the_result_shares_nothing_with_the_variables():
    shared = {"a": [1, {"b": 2}]}
    rendered = Templates(Path()).render("{{ x }}", {"x": shared})
    rendered["a"][1]["b"] = 3
    assert shared == {"a": [1, {"b": 2}]}


def test_an_entry_that_a_list_does_not_have_is_a_problem(tmp_path):
    with pytest.raises(TemplateProblemError) as caught:
        Templates(tmp_path).render("{{ colours[7] }}", {"colours": ["red"]})
    assert (caught.value.code, caught.value.detail) == ("undefined-variable", "7 is not defined of a list.")
