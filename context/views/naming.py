"""Names of topics and of buckets, the same in every section."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from context.digest import NetworkTopic, TopicRecord
from context.subjects import Subject
from context.topics import SAME_TOPIC, overlap

LABEL_TERMS = 2
"""Terms that make a label."""

_SUBJECTS = Path(__file__).parent.parent / "data" / "subjects.txt"


def label(terms: Sequence[str], subject: Subject | None = None) -> str:
    """Return a short name for a topic: its two most telling terms, or its subject without any.

    Terms that do not belong to the everyday words of their subject are obscure by themselves, so
    that the subject follows in brackets: ``light, transformer (energy)``.

    Args:
        terms: The most telling first.
        subject: The broad subject, if any.
    """
    named = terms[:LABEL_TERMS]
    said = ", ".join(named)
    if subject is None or any(term in everyday_words(subject) for term in named):
        return said
    return f"{said} ({subject.label})" if said else subject.label


def akin(hers: TopicRecord, theirs: NetworkTopic) -> bool:
    """Return whether a topic of hers and one of her network's are about the same."""
    if hers.subject is not None and hers.subject is theirs.subject:
        return True
    return overlap(hers.named_by, theirs.named_by) >= SAME_TOPIC


def bucket(lowest: int, edges: Sequence[int]) -> str:
    """Return the words for a bucket, such as ``10-24``, given its lower end.

    Args:
        lowest: The bucket's lower end, one of the edges.
        edges: Lower ends of all buckets, ascending.
    """
    above = next((edge for edge in edges if edge > lowest), None)
    if above is None:
        return f"{lowest}+"
    return str(lowest) if above == lowest + 1 else f"{lowest}-{above - 1}"


def everyday_words(subject: Subject) -> frozenset[str]:
    """Return single words that tell a subject by themselves, its own name's included."""
    return _words()[subject]


@cache
def _words() -> dict[Subject, frozenset[str]]:
    found: dict[Subject, frozenset[str]] = {}
    for block in _SUBJECTS.read_text("utf-8").split("\n["):
        name, _, rest = block.partition("]")
        if name in set(Subject):
            phrases = rest.partition("words:")[2].split("\n\n")[0].lower()
            words = phrases.replace(",", " ").split()
            own = Subject(name).label.lower().replace("_", " ").split()
            found[Subject(name)] = frozenset((*words, *own, *name.split("_")))
    return found
