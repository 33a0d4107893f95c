"""Plain text to the HTML that Mastodon serves, and what is found on the way."""

import re
from html import escape

MENTION = re.compile(r"(?<![\w/@.])@([A-Za-z0-9_]{1,30})(?![\w@])")
HASHTAG = re.compile(r"(?<![\w&/#])#(\w*[^\W\d_]\w*)")
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)'\]]")
_SPECIAL = re.compile(rf"(?P<link>{LINK.pattern})|{MENTION.pattern}|{HASHTAG.pattern}")
_SHOWN_LINK_LENGTH = 30


def mentions_in(text: str) -> tuple[str, ...]:
    """Return the handles mentioned in a text, lower case, in order, without repeats."""
    return tuple(dict.fromkeys(found.lower() for found in MENTION.findall(text)))


def tags_in(text: str) -> tuple[str, ...]:
    """Return the hashtags of a text, lower case without the sign, in order, without repeats."""
    return tuple(dict.fromkeys(found.lower() for found in HASHTAG.findall(text)))


def to_html(text: str, base_url: str, known: frozenset[str]) -> str:
    """Render a text as Mastodon does: paragraphs, and links for addresses, people and tags.

    Args:
        text: Plain text as typed.
        base_url: The network's address, without a slash at its end.
        known: Handles that exist; others stay plain text.

    Returns:
        HTML in which nothing of the text is markup.
    """
    if not text.strip():
        return ""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "".join(f"<p>{_line_html(part, base_url, known)}</p>" for part in paragraphs)


def _line_html(text: str, base_url: str, known: frozenset[str]) -> str:
    pieces: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        pieces.extend((escape(text[end : match.start()]), _special_html(match, base_url, known)))
        end = match.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces).replace("\n", "<br />")


def _special_html(match: re.Match[str], base_url: str, known: frozenset[str]) -> str:
    link, handle, tag = match.group("link"), match.group(2), match.group(3)
    if link:
        return _link_html(link)
    if handle:
        return _mention_html(handle, base_url) if handle.lower() in known else escape(match[0])
    return (
        f'<a href="{base_url}/tags/{escape(tag.lower())}" class="mention hashtag" rel="tag">'
        f"#<span>{escape(tag)}</span></a>"
    )


def _mention_html(handle: str, base_url: str) -> str:
    return (
        f'<span class="h-card" translate="no"><a href="{base_url}/@{handle.lower()}" '
        f'class="u-url mention">@<span>{handle}</span></a></span>'
    )


def _link_html(link: str) -> str:
    scheme, rest = link.split("://", 1)
    shown, hidden = rest[:_SHOWN_LINK_LENGTH], rest[_SHOWN_LINK_LENGTH:]
    ellipsis = "ellipsis" if hidden else ""
    return (
        f'<a href="{escape(link)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}://</span><span class="{ellipsis}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )
