"""What the documents tell a person to type, open or look up is there."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import pytest

from nuanyu import app, campus_app, keys_app, staff_app
from tests.house.tree import read, tracked

README, ARCHITECTURE = "README.md", "ARCHITECTURE.md"
DOCUMENTS = (README, ARCHITECTURE)
LONGEST_ARCHITECTURE = 150  # lines
#: Files an operator makes, or the program; they are in no checkout.
NOT_IN_A_CHECKOUT = {"campus.toml", ".env", "nuanyu.db", "nuanyu.json", "nuanyu.html"}

_BLOCK = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(
    r"\.?[A-Za-z][\w.*-]*(?:/[\w.*-]+)+/?|\.?[\w-]+/|[\w-]*\.(?:py|toml|md|sh|js|css|html|ini|lock)"
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_document_is_there(document):
    assert document in tracked()
    assert len(read(document).splitlines()) > 20


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_in_the_documents_exists(document):
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))
    told = {target for code in _code(document) for target in re.findall(r"\bmake ([a-z-]+)", code)}

    assert told or document != README
    assert told - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_nuanyu_in_the_documents_exists(document):
    told = {
        words
        for code in _code(document)
        for words in re.findall(r"\bnuanyu ((?:campus |keys |staff )?[a-z-]+)\b(?![/:.=])", code)
    }

    assert told or document != README
    assert told - _commands() - {"campus", "keys", "staff"} == set()


def test_the_readme_tells_of_every_command_an_operator_has():
    told = " ".join(_code(README))

    assert {one for one in _commands() if f"nuanyu {one.partition(' ')[0]}" not in told} == set()


def test_every_target_says_what_it_is_for():
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", read("Makefile"), re.MULTILINE)

    assert [name for name, rest in targets if "##" not in rest] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_named_in_the_documents_exists(document):
    assert [path for path in _paths(document) if not _exists(path)] == []


def test_the_architecture_names_every_package_and_is_short_enough_to_be_read():
    text = read(ARCHITECTURE)

    assert [
        package
        for package in (
            "companion",
            "infra",
            "bot",
            "workers",
            "scheduler",
            "cli",
            "tests",
            "bench",
        )
        if f"{package}/" not in text
    ] == []
    assert len(text.splitlines()) <= LONGEST_ARCHITECTURE


def test_every_section_the_code_refers_to_exists():
    headings = set(re.findall(r"^#+ (?:[\d.]+ )?(.*?)\s*$", read(ARCHITECTURE), re.MULTILINE))

    assert [
        f"{name}: {section}"
        for name in tracked()
        if name.endswith((".py", ".toml", ".sh"))
        for section in re.findall(r'ARCHITECTURE\.md, "([^"]+?)\.?"', read(name))
        if section not in headings
    ] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_picture_and_link_into_the_project_leads_somewhere(document):
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)|src=\"([^\"]+)\"", read(document))

    assert [
        link
        for link in (first or second for first, second in links)
        if not link.startswith(("http:", "https:")) and link.removeprefix("./") not in tracked()
    ] == []


def _code(document: str) -> list[str]:
    """Return the code blocks and code spans of a document."""
    text = read(document)
    return _BLOCK.findall(text) + _SPAN.findall(_BLOCK.sub("", text))


def _commands() -> set[str]:
    names = {_name(command) for command in app.registered_commands}
    names |= {f"keys {_name(command)}" for command in keys_app.registered_commands}
    names |= {f"campus {_name(command)}" for command in campus_app.registered_commands}
    names |= {f"staff {_name(command)}" for command in staff_app.registered_commands}
    return names | {f"staff {group.name}" for group in staff_app.registered_groups}


def _name(command) -> str:
    return command.name or command.callback.__name__.replace("_", "-")


def _paths(document: str) -> list[str]:
    spans = _SPAN.findall(_BLOCK.sub("", read(document)))
    return [span for span in spans if _PATH.fullmatch(span)]


def _exists(path: str) -> bool:
    """Whether a path, or the end of one, is in the checkout; a folder counts, a * is anything."""
    if path in NOT_IN_A_CHECKOUT:
        return True
    wanted = path.rstrip("/")
    places = {*tracked()}
    places |= {name[: at.start()] for name in tracked() for at in re.finditer("/", name)}
    return any(fnmatch(place, wanted) or fnmatch(place, f"*/{wanted}") for place in places)
