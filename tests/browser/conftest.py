"""The real system with a fake model behind it, and a real Chromium in front of it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, NoChromium, find_chromium
from tests.browser.phone import Open, Phone
from tests.fakes.model_server import DEFAULT_ANSWER, ModelServer
from tests.fakes.needs import missing
from tests.fakes.running import ROOT, Running

# A busy machine may take its time; a test that needs it all has failed.
expect.set_options(timeout=20_000)

PHONE = {"width": 390, "height": 844}
CAMPUS = """
name = { zh = "测试大学", en = "Test University" }
pace = { shortest = 0.0, usual = 0.1, longest = 0.5 }
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser and starts the whole system."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def system(
    browser: Browser, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    # After the browser: where there is none, nothing needs to be started.
    folder = tmp_path_factory.mktemp("system")
    (folder / "campus.toml").write_text(CAMPUS)
    running = Running(
        [sys.executable, "-m", "nuanyu", "up"],
        data_dir=folder / "data",
        cwd=folder,
        PYTHONPATH=str(ROOT),
        NUANYU_CAMPUS_FILE=str(folder / "campus.toml"),
        NUANYU_LLM_URL=model.url,
    )
    try:
        yield running.wait_until_ready()
        running.signal(signal.SIGTERM)
        running.end()
    finally:
        running.clean_up()


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    try:
        path = find_chromium(request.config.cache.mkdir("chromium"))
    except NoChromium as error:
        missing("browser", str(error))
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            missing("browser", f"{path} cannot be started: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _usual_model(model: ModelServer) -> Iterator[None]:
    yield
    model.answers(DEFAULT_ANSWER)
    model.first_delay, model.rate = 0.0, 0.0


@pytest.fixture
def open_phone(browser: Browser, system: Running) -> Iterator[Open]:
    """Hand out phones; at the end none of them may have complained."""
    phones: list[Phone] = []

    def open_phone(language: str = "zh-CN", scheme: str = "light", **options: object) -> Phone:
        usual = {"viewport": PHONE, "locale": language, "color_scheme": scheme}
        # A press waits until things stand still: without motion the tests take half the time.
        options = usual | {"reduced_motion": "reduce"} | options
        phones.append(Phone(browser.new_context(**options), system.url))
        return phones[-1]

    yield open_phone
    for phone in phones:
        phone.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


@pytest.fixture
def phone(open_phone: Open) -> Phone:
    """A phone in Chinese."""
    return open_phone()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where pictures go: NUANYU_TEST_SHOTS, else nowhere in particular."""
    folder = Path(os.environ.get("NUANYU_TEST_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
