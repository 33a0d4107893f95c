"""A post's HTML as the plain text that its author typed.

https://docs.joinmastodon.org/spec/activitypub/#sanitization lists what occurs in a status; what a
blog holds is any HTML.
"""

import re
from html.parser import HTMLParser

BREAKS = frozenset(
    {"br", "p", "li", "blockquote", "pre", "div", "tr", "dt", "dd", "figcaption"}
    | {f"h{level}" for level in range(1, 7)}
)
# Mastodon hides the scheme and the tail of a long link, and repeats a quoted post's address.
HIDDEN_CLASSES = frozenset({"invisible", "quote-inline"})
# What is never shown as text.
HIDDEN_TAGS = frozenset({"script", "style", "template"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"})
VOID |= {"param", "source", "track", "wbr"}

# Comments, and what a browser takes for one: any other declaration.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<![^>]*>", re.DOTALL)
_UNFINISHED = re.compile(r"<(?=[^<>]*(?:<|\Z))")


def tamed(html: str) -> str:
    """Return HTML without comments, and with each `<` that begins no whole tag as a character.

    html.parser looks for the end of every tag that has none up to the end of the document: forty
    thousand characters of `<a ` would take it half a minute. Declarations that it does not know,
    such as `<![x[>`, it asserts away.
    """
    return _UNFINISHED.sub("&lt;", _COMMENT.sub("", html))


def plain_text(html: str) -> str:
    """Return the readable text: paragraphs and breaks as lines, entities resolved, no markup."""
    reader = _Reader()
    reader.feed(tamed(html))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self.pieces.append("\n")
        if tag in VOID:
            return
        classes = frozenset((dict(attrs).get("class") or "").split())
        if self._hidden or tag in HIDDEN_TAGS or classes & HIDDEN_CLASSES:
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS:
            self.pieces.append("\n")
        if self._hidden and tag not in VOID:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)
