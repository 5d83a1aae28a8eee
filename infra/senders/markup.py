"""The model's markdown as plain text and stretches of formatting; never raw markup.

Nothing is lost when the markup is broken: what cannot be read as markup is text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

import mistune

Token: TypeAlias = dict[str, Any]

_PARSER = mistune.create_markdown(renderer=None, plugins=["table"])
# Rules that would eat words of a chat: a line of dashes under a sentence, four spaces before
# one, `[a]: b`, a line that begins with a tag. Strikethrough is off as well: 好呀~~ is a tone.
for _rule in ("setex_heading", "setext_heading", "indent_code", "ref_link", "raw_html"):
    if _rule in _PARSER.block.rules:
        _PARSER.block.rules.remove(_rule)

#: `>_<` and `^_^` are faces, neither quotations nor emphasis; 5*3*2 is a sum.
_NOT_MARKUP = re.compile(
    r"^>(?=[^\s>])|(?<=[^\w\s\\`])_(?=[^\w\s`])|(?<=\d)\*{1,2}(?=\d)", re.MULTILINE
)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_KNOWN_TAG = re.compile(
    r"</?(?:a|b|big|center|code|del|details|div|em|font|h[1-6]|hr|i|ins|li|mark|ol|p|pre|s|small"
    r"|span|strike|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^>]*)?/?>",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z0-9+#_.-]{1,20}")
_RULE_LINE: Final = "———"

#: CommonMark cannot close `**好。**吧`: punctuation inside, a letter outside. Chinese writes so.
_PAIR = re.compile(
    r"(?<![*\d])(?P<mark>\*{1,3})(?![*\s])(?P<body>[^*\n]*[^*\s])(?P=mark)(?![*\d])",
)
#: Two lone asterisks are a forgotten mark; between digits they are a power: 2**10.
_FORGOTTEN = re.compile(r"(?<!\*)\*\*(?!\*)(?!(?<=\d\*\*)\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of formatting, in code points of the plain text."""

    type: str  #: Telegram's names: bold, italic, code, pre, text_link, blockquote.
    start: int
    end: int
    url: str | None = None

    @property
    def is_code(self) -> bool:
        """Whether the text under it is to be left exactly as it is."""
        return self.type in {"code", "pre"}


@dataclass(slots=True)
class _Canvas:
    pieces: list[str] = field(default_factory=list, repr=False)
    length: int = 0
    spans: list[Span] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    @contextmanager
    def span(self, type_: str, url: str | None = None) -> Iterator[None]:
        start = self.length
        yield
        if self.length > start:
            self.spans.append(Span(type_, start, self.length, url))


def read_markdown(text: str) -> tuple[str, tuple[Span, ...]]:
    """Return the plain text and its formatting; the words are those of the input, in order."""
    canvas = _Canvas()
    tokens = _PARSER(_NOT_MARKUP.sub(_escaped, text))
    if isinstance(tokens, str):
        return text, ()
    _write_blocks(canvas, tokens)
    return _pair_what_is_left("".join(canvas.pieces), tuple(canvas.spans))


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"\\{sign}" for sign in match.group())


# ---------------------------------------------------------------- blocks


def _write_blocks(canvas: _Canvas, tokens: Sequence[Token]) -> None:
    gap = ""
    for token in tokens:
        if token["type"] == "blank_line":
            gap = "\n\n" if gap else ""
            continue
        canvas.write(gap)
        _write_block(canvas, token)
        gap = "\n\n" if token["type"] in {"list", "table", "block_quote"} else "\n"


def _write_block(canvas: _Canvas, token: Token) -> None:
    children = token.get("children", [])
    match token["type"]:
        case "heading":
            with canvas.span("bold"):
                _write_inline(canvas, children)
        case "list":
            _write_list(canvas, token, depth=0)
        case "block_quote":
            with canvas.span("blockquote"):
                _write_blocks(canvas, children)
        case "block_code":
            _write_code(canvas, token)
        case "thematic_break":
            canvas.write(_RULE_LINE)
        case "table":
            _write_table(canvas, token)
        case _:
            _write_inline(canvas, children or [{"type": "text", "raw": token.get("raw", "")}])


def _write_list(canvas: _Canvas, token: Token, *, depth: int) -> None:
    number = token["attrs"].get("start", 1)
    for index, item in enumerate(token["children"]):
        ordered = token["attrs"]["ordered"]
        sign = f"{number + index}{token['bullet']} " if ordered else "• "
        canvas.write(("\n" if index else "") + "  " * depth + sign)
        _write_item(canvas, item, depth=depth)


def _write_item(canvas: _Canvas, item: Token, *, depth: int) -> None:
    blocks = [block for block in item["children"] if block["type"] != "blank_line"]
    for index, block in enumerate(blocks):
        if index:
            canvas.write("\n")
        if block["type"] == "list":
            _write_list(canvas, block, depth=depth + 1)
        else:
            _write_block(canvas, block)


def _write_code(canvas: _Canvas, token: Token) -> None:
    info = (token.get("attrs") or {}).get("info", "")
    if info and not _LANGUAGE.fullmatch(info):
        # Words after the fence are somebody's words, not the name of a language.
        canvas.write(f"{info}\n")
    with canvas.span("pre"):
        canvas.write(token["raw"].rstrip("\n"))


def _write_table(canvas: _Canvas, token: Token) -> None:
    head, *rest = token["children"]
    body = [row for part in rest for row in part["children"]]
    for index, row in enumerate([head, *body]):
        canvas.write("\n" if index else "")
        for column, cell in enumerate(row["children"]):
            canvas.write(" | " if column else "")
            _write_inline(canvas, cell["children"])


# ---------------------------------------------------------------- inside a line

_STYLES: Final = {"strong": "bold", "emphasis": "italic"}


def _write_inline(canvas: _Canvas, tokens: Sequence[Token]) -> None:
    for token in tokens:
        kind = token["type"]
        if kind in _STYLES:
            with canvas.span(_STYLES[kind]):
                _write_inline(canvas, token["children"])
        elif kind == "codespan":
            with canvas.span("code"):
                canvas.write(html.unescape(token["raw"]))
        elif kind == "link":
            _write_link(canvas, token)
        elif kind in {"softbreak", "linebreak"}:
            canvas.write("\n")
        elif kind == "inline_html":
            canvas.write(_KNOWN_TAG.sub("", _BREAK_TAG.sub("\n", token["raw"])))
        elif "children" in token:
            _write_inline(canvas, token["children"])
        else:
            canvas.write(html.unescape(token["raw"]))


def _write_link(canvas: _Canvas, token: Token) -> None:
    url = token["attrs"]["url"]
    start = canvas.length
    _write_inline(canvas, token["children"])
    shown = "".join(canvas.pieces)[start:]
    if url.startswith("https://") and shown.strip():
        if url != shown:
            canvas.spans.append(Span("text_link", start, canvas.length, url))
    elif not _SCHEME.match(url) and url != shown:
        # No address at all: brackets in a sentence. Their words stay.
        canvas.write(f"({unquote(url)})" if shown else unquote(url))


# ---------------------------------------------------------------- what the parser left


def _pair_what_is_left(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    for pattern in (_PAIR, _FORGOTTEN):
        while match := _first_outside_code(pattern, text, spans):
            text, spans = _take_out(match, text, spans)
    return text, tuple(sorted(spans, key=lambda span: (span.start, -span.end)))


def _first_outside_code(
    pattern: re.Pattern[str], text: str, spans: Sequence[Span]
) -> re.Match[str] | None:
    code = [span for span in spans if span.is_code]
    for match in pattern.finditer(text):
        ends = (match.start(), match.end() - 1)
        if not any(span.start <= end < span.end for span in code for end in ends):
            return match
    return None


def _take_out(
    match: re.Match[str], text: str, spans: tuple[Span, ...]
) -> tuple[str, tuple[Span, ...]]:
    mark = match.groupdict().get("mark")
    width = len(mark) if mark else len(match.group())
    holes = [(match.start(), width)]
    if mark:
        holes.append((match.end() - width, width))
        inside = (match.start() + width, match.end() - width)
        styles = {1: ("italic",), 2: ("bold",), 3: ("bold", "italic")}[width]
        spans += tuple(Span(style, *inside) for style in styles)
    moved = tuple(
        Span(span.type, _moved(span.start, holes), _moved(span.end, holes), span.url)
        for span in spans
    )
    for start, length in reversed(holes):
        text = text[:start] + text[start + length :]
    return text, tuple(span for span in moved if span.start < span.end)


def _moved(place: int, holes: Sequence[tuple[int, int]]) -> int:
    return place - sum(min(max(place - start, 0), length) for start, length in holes)
