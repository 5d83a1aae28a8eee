"""A student's phone: a page in a real Chromium, and what a student does with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import BrowserContext, Locator, Page, expect

_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
#: What axe calls these is never accepted.
_GRAVE = {"serious", "critical"}


class Phone:
    """One browser profile with one page."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another page of the same browser; what goes wrong in it is noted."""
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        return page

    def _listen(self, message: Any) -> None:
        # A refused request is logged by the browser itself; the tests refuse some on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    # ------------------------------------------------------------ places

    def open(self, path: str = "/chat") -> Phone:
        """Go to a page."""
        self.page.goto(self.url + path)
        return self

    def welcome(self, *, storage: bool = True, memory: bool = False) -> Phone:
        """Read the notice, be of age, choose, and arrive at the talk."""
        self.open()
        self.page.click("#welcome [data-step=notice] [data-next]")
        self.page.click("[data-age=adult]")
        for name, wanted in (("storage", storage), ("memory", memory)):
            self.page.set_checked(f"#consent-{name}", wanted)
        self.page.click("[data-step=consent] [data-next]")
        expect(self.page.locator("#welcome")).to_be_hidden()
        return self

    @property
    def text(self) -> Locator:
        """The box to write in."""
        return self.page.locator("#text")

    @property
    def mine(self) -> Locator:
        """The student's own lines, sent or not."""
        return self.page.locator(".message.user:not(.chip) > .bubble")

    @property
    def theirs(self) -> Locator:
        """What Nuanyu said, complete."""
        return self.page.locator("#log .message.assistant > .bubble")

    @property
    def status(self) -> Locator:
        """The line under the header."""
        return self.page.locator("#line")

    def state(self, words: str) -> Locator:
        """Return one of the student's own lines that has reached a state: "sent", "waiting" …"""
        return self.page.locator(".message.user").filter(has_text=words)

    # ------------------------------------------------------------ deeds

    def says(self, words: str) -> None:
        """Write something and send it with Enter."""
        self.text.fill(words)
        self.text.press("Enter")

    def talks(self, words: str) -> str:
        """Say something, wait for the answer, and return it."""
        before = self.theirs.count()
        self.says(words)
        expect(self.theirs).not_to_have_count(before)
        return self.theirs.last.inner_text()

    def menu(self, name: str) -> None:
        """Open the menu and press an entry."""
        self.page.click("#menu-button")
        self.page.click(f"#menu {name}")

    def kept(self) -> dict[str, str]:
        """Return everything the browser keeps for this page."""
        return self.page.evaluate("() => ({...localStorage, ...sessionStorage})")

    def asks(self, path: str, *, method: str = "GET", body: object = None) -> Any:
        """Ask the server as this student."""
        token = self.page.evaluate("() => localStorage.getItem('nuanyu:token')")
        answer = self.context.request.fetch(
            self.url + path,
            method=method,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body),
        )
        return answer.json()

    def lines(self) -> list[tuple[str, str]]:
        """Return what the server has, as (role, text)."""
        found = self.asks("/chat/messages?limit=200")["messages"]
        return [(line["role"], line["text"]) for line in found]

    def settle(self) -> None:
        """Let every animation come to its end, so that colours are what they will be."""
        self.page.evaluate("() => Promise.all(document.getAnimations().map(a => a.finish()))")

    def faults(self) -> list[str]:
        """Return what axe finds serious or critical on the page as it is."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(
                _AXE.read_text(encoding="utf-8")
            )  # an inline script would be refused
        self._still()
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{fault['id']}: {node['html'][:120]} {node['any'][:1]}"
            for fault in found["violations"]
            if fault["impact"] in _GRAVE
            for node in fault["nodes"]
        ]

    def _still(self) -> None:
        self.page.wait_for_function(
            "() => document.getAnimations().every(a => a.effect.getTiming().iterations === Infinity"
            " || a.playState === 'finished')"
        )

    def shot(self, folder: Path, name: str) -> Path:
        """Take a picture."""
        self._still()
        path = folder / f"{name}.png"
        self.page.screenshot(path=path)
        return path


Open = Callable[..., Phone]
