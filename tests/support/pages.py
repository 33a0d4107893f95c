"""A page as a test reads it: its words, its forms, its pictures."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

VOID = {"meta", "link", "input", "br", "img"}


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send as it stands."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, **changes: Any) -> dict[str, Any]:
        """What is sent when some fields are changed; a list repeats a field, None leaves it out."""
        data: dict[str, Any] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value)
        return {name: value for name, value in {**data, **changes}.items() if value is not None}


class Page(HTMLParser):
    """A parsed page."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.forms: list[Form] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self.feed(self.html)

    @property
    def text(self) -> str:
        """Its words, as someone reads them."""
        return " ".join("".join(self._words).split())

    def form(self, action: str) -> Form:
        """The form that goes to a path, else the first whose path contains this."""
        exact = [form for form in self.forms if form.action == action]
        return exact[0] if exact else next(form for form in self.forms if action in form.action)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind with these among them."""
        return [
            found
            for name, found in self.elements
            if name == tag and attributes.items() <= found.items()
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "form":
            self.forms.append(Form(found.get("action") or self.response.url.path, found["method"]))
        elif tag == "input" and self.forms:
            chosen = found.get("type") not in {"checkbox", "radio"} or "checked" in found
            if chosen and found.get("name"):
                self.forms[-1].fields.append((found["name"], found.get("value") or ""))
        elif tag == "button" and found.get("name"):
            self.forms[-1].buttons.append((found["name"], found["value"]))

    def handle_data(self, data: str) -> None:
        self._words.append(data)
