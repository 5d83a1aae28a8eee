"""The page's words and its small inner parts."""

from __future__ import annotations

import re

import pytest

from companion.language import Language
from companion.texts import wording
from tests.fakes.running import ROOT

SCRIPTS = sorted((ROOT / "bot" / "static" / "js").glob("*.js"))
NAMED = re.compile(
    r'(?:\bword|tell|connection|onState|giveBack|_set)\((?:item\.text, )?"(\w+)"'
    r'|wordElement\("\w+", "(\w+)"'
)
#: States that are shown as nothing at all.
SILENT = {"online"}


@pytest.mark.parametrize("language", Language)
def test_every_wording_that_the_scripts_name_is_there(language):
    known = wording("page_web", language)
    text = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)

    named = {name for pair in NAMED.findall(text) for name in pair if name}

    assert len(named) > 10
    assert sorted(named - set(known) - SILENT) == []


def test_the_page_asks_nobody_else_for_anything(phone):
    """A closed campus network, and nobody who could read along."""
    asked = []
    phone.page.on("request", lambda request: asked.append(request.url))

    phone.welcome()
    phone.talks("你好")

    assert [url for url in asked if not url.startswith((phone.url, "blob:"))] == []


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_an_event_stream_is_read_right_wherever_it_is_cut(phone, line_end):
    stream = ': hello\n\nevent: partial\ndata: {"a":\ndata: 1}\n\nid: 7\ndata: {}\n\n'
    phone.open()
    module = phone.page.locator("link[rel=modulepreload][href$='/events.js']").get_attribute("href")

    found = phone.page.evaluate(
        """async ([module, text]) => {
          const { EventReader } = await import(module);
          const all = [];
          for (let cut = 0; cut <= text.length; cut += 1) {
            const events = [];
            const reader = new EventReader((name, data) => events.push([name, data]));
            reader.push(text.slice(0, cut));
            reader.push(text.slice(cut));
            reader.push("");
            all.push(JSON.stringify(events));
          }
          return [...new Set(all)];
        }""",
        [module, stream.replace("\n", line_end) + ": end" + line_end],
    )

    assert found == ['[["partial",{"a":1}],["message",{}]]']
