"""The model's light markdown as safe HTML for the web chat: emphasis, lists, code, nothing else."""

from __future__ import annotations

from typing import Any

import mistune

__all__ = ["to_html"]


class _Renderer(mistune.HTMLRenderer):
    """Writes only p, br, strong, em, code, ul, ol and li; everything else becomes its text."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def link(self, text: str, *_: Any, **__: Any) -> str:
        return text

    def image(self, text: str, *_: Any, **__: Any) -> str:
        return text

    def heading(self, text: str, *_: Any, **__: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"

    def thematic_break(self) -> str:
        return ""

    def block_quote(self, text: str) -> str:
        return text

    def block_code(self, code: str, *_: Any, **__: Any) -> str:
        return f"<p><code>{mistune.escape(code.strip())}</code></p>\n"

    def block_html(self, html: str) -> str:
        return f"<p>{mistune.escape(html.strip())}</p>\n"

    def list(self, text: str, ordered: bool, **_: Any) -> str:  # noqa: FBT001 - mistune's signature
        tag = "ol" if ordered else "ul"
        return f"<{tag}>\n{text}</{tag}>\n"


_render = mistune.Markdown(renderer=_Renderer())


def to_html(text: str) -> str:
    """Return HTML without attributes, scripts or links. Single line breaks stay visible."""
    return str(_render(_with_breaks(text))).strip()


def _with_breaks(text: str) -> str:
    # Two spaces at a line's end are markdown's line break; chat texts mean every one of them.
    return "\n".join(line.rstrip() + "  " if line.strip() else "" for line in text.split("\n"))
