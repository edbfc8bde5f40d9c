"""What people write, as HTML that can do no harm: Markdown, plain addresses as links, @names marked."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip

FOUND = re.compile(r"(?P<address>https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}])|(?<![\w@.])@(?P<name>[\w][\w.+-]*\w|\w)")
"""A bare address, or somebody's name after an at sign that begins a word."""


@cache
def _parser() -> MarkdownIt:
    parser = (
        MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
    )
    parser.core.ruler.push("marks", _mark)
    parser.add_render_rule("mention", _mention)
    return parser


def _mention(renderer: Any, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    return f'<span class="mention">{nh3.clean_text(tokens[at].content)}</span>'


def _mark(state: Any) -> None:
    """Look for addresses and names in plain words, never inside code or a link."""
    for block in state.tokens:
        if block.type != "inline":
            continue
        children: list[Token] = []
        in_link = 0
        for token in block.children or []:
            in_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            children += _split(token.content) if token.type == "text" and not in_link else [token]
        block.children = children


def _split(words: str) -> list[Token]:
    found: list[Token] = []
    rest = 0
    for match in FOUND.finditer(words):
        found += _text(words[rest : match.start()])
        if match["name"]:
            found.append(Token("mention", "", 0, content=match[0]))
        else:
            found += [
                Token("link_open", "a", 1, attrs={"href": match[0]}),
                *_text(match[0]),
                Token("link_close", "a", -1),
            ]
        rest = match.end()
    return found + _text(words[rest:])


def _text(words: str) -> list[Token]:
    return [Token("text", "", 0, content=words)] if words else []


def render(text: str) -> SafeString:
    """Markdown as clean HTML. Raw HTML in it is shown as it was typed; a picture from elsewhere is only linked to."""
    cleaned = nh3.clean(
        _parser().render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "td": {"style"}, "th": {"style"}, "span": set()},
        allowed_classes={"span": {"mention"}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308 - just cleaned


def mentions(text: str) -> list[str]:
    """Names that a text mentions, each once, in order; those in code are not meant."""
    names = [
        token.content[1:]
        for block in _parser().parse(text)
        for token in block.children or []
        if token.type == "mention"
    ]
    return list(dict.fromkeys(names))
