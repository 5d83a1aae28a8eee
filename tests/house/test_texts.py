"""Every word a student can read: in both languages, with no number, promise or word that harms."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from companion.dialogue.numbers import has_foreign_number
from companion.errors import ContentError
from companion.language import Language
from companion.risk.hotlines import registry
from companion.texts import wording
from tests.house.spoken import from_file, spoken
from tests.house.tree import code, parsed, read, tracked
from tests.house.unsaid import ADDRESS, RULES

REGISTRY = "companion/content/hotlines.toml"
CONTENT = [name for name in tracked() if name.endswith(".toml") and name.startswith("companion/")]
#: Texts that name a number themselves: what is said to those who are too young to be asked where
#: they are. Everything else takes its numbers from the registry.
NAMES_A_NUMBER = {
    ("companion/texts/zh.toml", "onboarding.under_minimum"): {"12355", "12356"},
    ("companion/texts/en.toml", "onboarding.under_minimum"): {"12355", "12356"},
}
#: A text that has to say what a rule forbids: the file, the key, the rule.
MAY_SAY = {
    (REGISTRY, f"line.name.{language}", "no address outside leads a student away")
    for language in Language  # findahelpline.com is its name, and where it is
}
_TWINS = [
    ("companion/texts/zh.toml", "companion/texts/en.toml"),
    ("companion/content/safety/zh.toml", "companion/content/safety/en.toml"),
    ("companion/content/prompt/zh.toml", "companion/content/prompt/en.toml"),
    *(
        (name, name.replace("/zh/", "/en/"))
        for name in tracked()
        if name.startswith("companion/content/safety/dialogue/zh/")
    ),
]
_TEXTS = tomllib.loads(read("companion/texts/zh.toml"))
_SHIPPED = ("companion/", "infra/", "bot/", "workers/", "scheduler/", "cli/", "nuanyu.py")
#: "5-4-3-2-1" is the name of an exercise.
_NO_NUMBERS_TO_CALL = {"54321"}
_LONG_RUN = re.compile(r"(?<![\w#.&/-])\+?\d(?:[\s().\-\u2010-\u2015]?\d){4,}(?![\w-])", re.ASCII)


# ------------------------------------------------------------ both languages


@pytest.mark.parametrize(("chinese", "english"), _TWINS, ids=lambda name: name)
def test_every_wording_exists_in_both_languages_with_the_same_fields(chinese, english):
    assert _shape(tomllib.loads(read(chinese))) == _shape(tomllib.loads(read(english)))


def test_every_text_that_is_written_in_one_file_for_both_languages_has_both():
    languages = {language.value for language in Language}

    assert [
        f"{name}: {table}"
        for name in tracked()
        if name.endswith(".toml") and name.startswith(("companion/content/", "bot/"))
        for table in _tables(tomllib.loads(read(name)))
        if (told := languages & table.keys()) and told != languages
    ] == []


def test_no_wording_is_empty_or_begins_or_ends_with_a_stray_space():
    assert [
        str(text)
        for text in spoken()
        if text.file.endswith(".toml") and not _is_part(text) and text.text != text.text.strip(" ")
    ] == []
    assert [
        text.key for text in spoken() if text.file.startswith("companion/texts/") and not text.text
    ] == []


def test_every_wording_that_the_code_asks_for_by_name_exists():
    asked = {
        (f"{name}:{call.lineno}", key)
        for name in code()
        if "companion.texts" in read(name)
        for call in ast.walk(parsed(name))
        if isinstance(call, ast.Call) and (key := _asked_for(call))
    }

    assert len(asked) > 30
    assert [
        (place, key, language)
        for place, key in asked
        for language in Language
        if not _exists(key, language)
    ] == []


def test_chinese_is_written_in_chinese_and_english_in_english():
    han = re.compile(r"[\u4e00-\u9fff]")
    #: The way to the other language is written in it, and some lines have but one name.
    mixed_on_purpose = re.compile(r"language|command\.help|silence\.other|line\.name")

    texts = [text for text in spoken() if not mixed_on_purpose.search(text.key)]
    assert [
        str(text)
        for text in texts
        if (text.file.endswith("/en.toml") or "/en/" in text.file or _branch(text.key) == "en")
        and han.search(text.text)
    ] == []
    assert [
        str(text)
        for text in texts
        if (("/safety/" in text.file and "zh" in text.file) or _branch(text.key) == "zh")
        and re.search(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}", text.text)
    ] == []


# ------------------------------------------------------------ numbers (law 5)


def test_numbers_to_call_stand_in_the_registry_and_in_few_texts_that_are_known():
    numbers = {number for number in registry().known_numbers() if len(number) > 2}
    found = {
        (text.file, text.key): set(named)
        for text in spoken()
        if text.file != REGISTRY
        and not text.file.endswith((".py", ".js", ".svg"))
        and not _names_a_work(text)
        and (
            named := numbers
            & set(re.findall(r"(?<![\d.:#])\d{3,}(?![\d.:]|分钟|天)", _joined(text.text)))
        )
    }

    assert found == NAMES_A_NUMBER


def test_no_long_number_of_the_registry_is_written_into_code():
    numbers = [number for number in registry().known_numbers() if len(number) > 4]
    shown = re.compile(rf"(?<!\d)(?:{'|'.join(numbers)})(?!\d)")

    allowed = {file for file, _ in NAMES_A_NUMBER} | {REGISTRY}
    assert [
        f"{name}: {found[0]}"
        for name in tracked()
        if name.startswith(_SHIPPED) and name not in allowed
        for found in shown.finditer(_joined(re.sub(r"#[^\n]*", "", read(name))))
    ] == []


def test_what_looks_like_a_phone_number_is_one_of_the_registrys():
    known = registry().known_numbers()

    assert [
        f"{text}: {run}"
        for text in _all_content()
        for run in _LONG_RUN.findall(text.text)
        if re.sub(r"\D", "", run) not in known | _NO_NUMBERS_TO_CALL
    ] == []
    assert [
        str(text)
        for text in spoken()
        if text.file.endswith(".toml")
        and text.file != REGISTRY
        and not _names_a_work(text)
        and has_foreign_number(text.text, known_numbers=known)
    ] == []


# ------------------------------------------------------------ safe messaging


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_in_all_that_a_student_can_read(rule):
    assert [
        f"{text} [{found}]"
        for text in spoken()
        if (text.file.endswith(".toml") or rule is not ADDRESS)
        and (found := rule.found_in(text.text))
        and (text.file, text.key, rule.name) not in MAY_SAY
    ] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_is_broken_by(rule):
    assert [sentence for sentence in rule.breaks if rule.found_in(sentence) is None] == []


@pytest.mark.parametrize(
    "text",
    [
        "我不能保证替你保密，有生命危险时我会提醒老师。",
        "你有想过结束自己的生命吗？",
        "我是一个 AI 程序，不是人。",
        "I can't promise to keep it secret, and I'm not a therapist.",
        "Don't go through this alone; who could sit with you?",
        "Are you thinking about ending your life?",
        "听起来你这几天很低落。",
    ],
)
def test_what_must_be_said_breaks_no_rule(text):
    assert [rule.name for rule in RULES if rule.found_in(text)] == []


def test_the_pages_lead_nowhere_outside():
    assert [
        f"{name}: {address}"
        for name in tracked()
        if name.startswith(("bot/templates/", "bot/static/"))
        for address in re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", read(name))
        if "www.w3.org/" not in address  # a name of a format, nothing is fetched
    ] == []


def test_the_rules_look_at_every_place_words_stand_in():
    places = {text.file for text in spoken()}

    assert {
        "companion/texts/zh.toml",
        "companion/texts/en.toml",
        "companion/content/safety/zh.toml",
        "companion/content/guided/common.toml",
        "companion/content/guided/topics/exams.toml",
        REGISTRY,
        "bot/telegram/words.toml",
        "companion/flows/obey.py",
    } <= places
    assert any(name.startswith("bot/static/js/") for name in places)
    keys = {text.key for text in spoken() if text.file == "companion/texts/zh.toml"}
    assert {f"{table}.{key}" for table in _TEXTS for key in _TEXTS[table]} == keys
    assert len(spoken()) > 3000


# ------------------------------------------------------------ the files


@pytest.mark.parametrize("name", CONTENT)
def test_the_content_file_parses_and_is_found_by_the_installed_package(name):
    package, _, path = name.partition("/")
    packaged = files(package).joinpath(*path.split("/"))

    assert tomllib.loads(packaged.read_text(encoding="utf-8"))


def _all_content():
    """Everything in content files and texts, what is only heard included; the registry left out."""
    for name in tracked():
        if name.endswith(".toml") and name.startswith(("companion/", "bot/")) and name != REGISTRY:
            yield from (text for text in from_file(name) if not _names_a_work(text))


def _names_a_work(text):
    """Whether a text is a reference, whose pages and volumes are numbers nobody calls."""
    return text.key.rpartition(".")[2] in {"source", "sources"}


def _shape(value):
    if isinstance(value, dict):
        return {key: _shape(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_shape(child) for child in value if isinstance(child, list)]
    return sorted({name for _, name, _, _ in Formatter().parse(str(value)) if name})


def _tables(value):
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from _tables(child)


def _asked_for(call):
    """Return the key of `say("…")`, `wording("…")` or an order's own `say("…")`."""
    if not call.args or not isinstance(call.args[0], ast.Constant):
        return None
    called, key = ast.unparse(call.func), call.args[0].value
    if called in {"say", "wording"}:
        return key
    return f"command.{key}" if called in {"order.say", "self.say"} else None


def _exists(key, language):
    try:
        wording(key, language)
    except ContentError:
        return False
    return True


def _branch(key):
    return next((part for part in key.split(".") if part in {"zh", "en"}), None)


def _joined(text):
    """The text with the signs inside numbers left out."""
    return re.sub(r"(?<=\d)[ \-\u2010-\u2015](?=\d)", "", text)


def _is_part(text):
    """Whether a wording is put together with others, so that its spaces are meant."""
    return text.file.startswith(("companion/content/", "bot/")) or text.key.startswith("page.")
