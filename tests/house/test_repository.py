"""What is under version control belongs there, and whoever clones it gets the same parts."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import FRONT_DOOR, PACKAGES, ROOT, read, tracked

LARGEST = 1_500_000  # bytes
#: A trained model cannot be cut in two.
LARGEST_MODEL = 10_000_000  # bytes
ITSELF = "tests/house/test_repository.py"
LOCKS = [name for name in tracked() if name.endswith(".lock")]
NODE_LOCKS = [name for name in tracked() if name.endswith("package-lock.json")]

#: What no file may hold: a name for it, and how it is found.
UNWANTED = {
    "a path of somebody's machine": r"(?<![\w.:/~$}])/(?:home|Users|root|work|mnt)/\w|[A-Z]:\\\\?Users",
    "a word for what is unfinished": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "code that is not there": r"\bNotImplementedError\b",
    "the address of a registry": (
        r"--(?:extra-)?index-url[ =]+\S|--find-links|\"resolved\":\s*\"|^url = \"http"
        r"|registry\.npm|pypi\.org/simple|files\.pythonhosted|(?:pypi|npm)mirror"
    ),
    "a key somebody could use": r"-----BEGIN [A-Z ]*PRIVATE KEY|\b\d{8,10}:AA[\w-]{32,}",
    "two versions of one place": r"^(?:<<<<<<<|>>>>>>>) ",
}


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_holds(what):
    pattern = re.compile(UNWANTED[what], re.MULTILINE)

    assert [
        f"{name}: {found[0]}"
        for name in tracked()
        if name != ITSELF and not (name.endswith(".lock") and "unfinished" in what)
        for found in pattern.finditer(read(name))
    ] == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of somebody's machine", "cd /home/mei/nuanyu"),
        ("a path of somebody's machine", 'open("C:\\\\Users\\\\mei\\\\notes.txt")'),
        ("a word for what is unfinished", "# TODO: the rest"),
        ("code that is not there", "raise NotImplementedError"),
        ("the address of a registry", "--index-url https://mirror.example/simple"),
        ("the address of a registry", '      "resolved": "https://mirror.example/x.tgz"'),
        ("a key somebody could use", "-----BEGIN PRIVATE KEY-----"),
        ("two versions of one place", "<<<<<<< HEAD"),
    ],
)
def test_the_search_would_find(what, line):
    assert re.search(UNWANTED[what], line, re.MULTILINE)


def test_no_file_is_too_large_to_clone_on_a_slow_line():
    sizes = {name: (ROOT / name).stat().st_size for name in tracked()}

    assert {
        name: size
        for name, size in sizes.items()
        if size > (LARGEST_MODEL if name.endswith(".npz") else LARGEST)
    } == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_package_has_one_version_and_its_hashes(lock):
    packages = [line.split("\n") for line in re.split(r"\n(?=\S)", read(lock).strip())]

    assert packages
    for first, *hashes in (package for package in packages if not package[0].startswith("#")):
        assert re.match(r"[a-z0-9._-]+(?:\[[a-z,-]+\])?==\S+ ", first), first
        assert hashes, first
        assert all(re.match(r"    --hash=sha256:[0-9a-f]{64}", one) for one in hashes), first


def test_there_are_locks_for_running_and_for_developing():
    assert {"requirements/run.lock", "requirements/dev.lock"} <= set(LOCKS)


def test_every_direct_dependency_is_locked():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]

    locked = set(re.findall(r"(?m)^([a-z0-9._-]+)(?:\[.*\])?==", read("requirements/dev.lock")))
    assert {re.match(r"[A-Za-z0-9._-]+", one)[0].lower() for one in named} <= locked


@pytest.mark.parametrize("lock", NODE_LOCKS)
def test_each_locked_node_package_has_its_hash_and_no_address(lock):
    packages = json.loads(read(lock))["packages"]

    assert [
        name
        for name, package in packages.items()
        if name and ("integrity" not in package or "resolved" in package)
    ] == []


def test_whatever_the_program_reads_is_in_the_package_that_is_installed():
    shipped = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}

    needed = {name for name in tracked() if name.startswith(tuple(f"{p}/" for p in PACKAGES))}
    assert {FRONT_DOOR, *needed} - shipped == set()


def test_scripts_that_are_started_can_be_started():
    assert [
        name
        for name in tracked()
        if read(name).startswith("#!") and not (ROOT / name).stat().st_mode & 0o100
    ] == []
