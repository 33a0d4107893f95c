"""What posts can be about: a closed list of everyday subjects, none of them sensitive."""

from collections.abc import Sequence
from enum import StrEnum


class Subject(StrEnum):
    """A broad subject of everyday and customer life; described in ``data/subjects.txt``."""

    TELECOMS = "telecoms"
    ELECTRONICS = "electronics"
    SOFTWARE = "software"
    GAMING = "gaming"
    SHOPPING = "shopping"
    FASHION = "fashion"
    BEAUTY = "beauty"
    COOKING = "cooking"
    RESTAURANTS = "restaurants"
    GROCERIES = "groceries"
    HOME = "home"
    DIY = "diy"
    GARDENING = "gardening"
    ENERGY = "energy"
    BANKING = "banking"
    INSURANCE = "insurance"
    HOUSING = "housing"
    CARS = "cars"
    PUBLIC_TRANSPORT = "public_transport"
    CYCLING = "cycling"
    AIR_TRAVEL = "air_travel"
    HOLIDAYS = "holidays"
    SPORT = "sport"
    FITNESS = "fitness"
    MUSIC = "music"
    FILM_AND_TV = "film_and_tv"
    BOOKS = "books"
    CRAFTS = "crafts"
    PHOTOGRAPHY = "photography"
    PETS = "pets"
    WEATHER = "weather"
    WORK = "work"
    LEARNING = "learning"

    @property
    def label(self) -> str:
        """Return the subject as a reader sees it, such as ``film and TV``."""
        return _LABELS.get(self, self.value.replace("_", " "))


_LABELS = {
    Subject.TELECOMS: "phone and internet",
    Subject.ELECTRONICS: "phones and gadgets",
    Subject.SOFTWARE: "software and apps",
    Subject.SHOPPING: "shopping and deliveries",
    Subject.DIY: "home repair",
    Subject.RESTAURANTS: "eating out",
    Subject.FILM_AND_TV: "film and TV",
}

SUBJECTS = tuple(Subject)
"""All subjects, in the order of every row of numbers about them."""


def named_by(terms: Sequence[str], subject: Subject | None) -> tuple[str, ...]:
    """Return by what a topic is called and known again: its terms or, without any, its subject.

    A subject is marked, since "work" and "music" are terms too.

    Args:
        terms: The most telling first.
        subject: The broad subject, if any.
    """
    return tuple(terms) or ((f"={subject.value}",) if subject else ())
