from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.dialogue.markup import to_html

ALLOWED = {"p", "br", "strong", "em", "code", "ul", "ol", "li"}


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**慢** *来*", "<p><strong>慢</strong> <em>来</em></p>"),
        ("一\n二", "<p>一<br />\n二</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("`x<y`", "<p><code>x&lt;y</code></p>"),
        ("# 标题", "<p><strong>标题</strong></p>"),
        ("[点我](javascript:alert(1))", "<p>点我</p>"),
        ("![图](http://x/y.png)", "<p>图</p>"),
        ("", ""),
    ],
)
def test_light_markdown_becomes_plain_html(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**<b onclick=x>**",
    "[a](javascript:alert(1))",
    "[a](<javascript:alert(1)>)",
    '[a](http://x "\\"onmouseover=\\"x")',
    '![a](x" onerror="alert(1))',
    "<http://evil.example>",
    "```\n</code><script>x</script>\n```",
    "<svg/onload=alert(1)>",
    "> <iframe src=x>",
    "[x]: javascript:alert(1)\n\n[x]",
    "&lt;script&gt;",
    "| a | b |\n|---|---|\n| <script> | x |",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_markup_of_the_models_own_gets_through(attack: str) -> None:
    check(to_html(attack))


@given(st.text(st.sampled_from("<>/ab\"'=[]()!`*#-_\n &;:1.|")))
def test_nothing_but_the_allowed_elements_comes_out(text: str) -> None:
    check(to_html(text))


def check(html: str) -> None:
    tags = re.findall(r"<([^>]*)>", html)
    assert {tag.strip("/ ") for tag in tags} <= ALLOWED
    assert "<" not in re.sub(r"<[^>]*>", "", html)
