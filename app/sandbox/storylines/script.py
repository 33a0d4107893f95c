"""Writes one cycle of a storyline: who posts what, and when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from app.sandbox.dice import Dice
from app.sandbox.status import Visibility
from app.sandbox.storylines.model import CYCLE_DAYS, Episode, Friend, Storyline, Teller

_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE_ENDS = (".", "!", "?")
_BOOST_DELAY = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class Draft:
    """A post to come.

    Attributes:
        author: Handle of who writes it.
        at: Time since the cycle began.
        text: Its words; empty for a boost.
        visibility: Who may see it.
        in_reply_to: Place, in the same script, of the draft it answers.
        reblog_of: Place, in the same script, of the draft it boosts.
    """

    author: str
    at: timedelta
    text: str = field(repr=False)
    visibility: Visibility = Visibility.PUBLIC
    in_reply_to: int | None = None
    reblog_of: int | None = None


class Deck:
    """Lines drawn without repeating one before all have been used."""

    def __init__(self, lines: Sequence[str], dice: Dice) -> None:
        self._lines = lines
        self._dice = dice
        self._left: list[str] = []

    def draw(self) -> str:
        """Return the next line."""
        if not self._left:
            self._left = self._dice.shuffled(self._lines)
        return self._left.pop()


class Script:
    """One cycle of one storyline, written down from front to back."""

    def __init__(
        self, storyline: Storyline, everyday: Mapping[str, tuple[str, ...]], seed: int, cycle: int
    ) -> None:
        """Prepare to write.

        Args:
            storyline: What happens.
            everyday: What friends write about on any day: lines by topic.
            seed: Another seed, other posts.
            cycle: Which repetition of the storyline, from 0.
        """
        self._storyline = storyline
        self._everyday = everyday
        self._key = (seed, storyline.name, cycle)
        self._drafts: list[Draft] = []

    def write(self) -> tuple[Draft, ...]:
        """Return the drafts; a reply or a boost stands after what it refers to."""
        self._drafts = []
        for place, episode in enumerate(self._storyline.episodes):
            for writer in self._tellers(episode):
                self._tell(episode, writer, Dice(*self._key, "episode", place, writer))
        for friend in self._storyline.friends:
            self._live(friend, Dice(*self._key, "everyday", friend.person.handle))
        self._boost(Dice(*self._key, "boosts"))
        self._answer(Dice(*self._key, "answers"))
        return tuple(self._drafts)

    def _tellers(self, episode: Episode) -> Iterator[str]:
        if episode.teller is Teller.PROTAGONIST:
            yield self._storyline.protagonist.handle
        else:
            yield from (friend.person.handle for friend in self._storyline.friends)

    def _tell(self, episode: Episode, writer: str, dice: Dice) -> None:
        lines, replies = Deck(episode.lines, dice), Deck(episode.replies, dice)
        for at in self._moments(episode.first_day, episode.last_day, episode.per_day, dice):
            text = self._fill(lines.draw(), dice)
            self._drafts.append(Draft(writer, at, text, episode.visibility))
            if episode.replies and dice.chance(episode.reply_chance):
                self._reply(writer, at, replies.draw(), dice)

    def _reply(self, writer: str, at: timedelta, line: str, dice: Dice) -> None:
        answered = len(self._drafts) - 1
        friend = dice.choice(self._others(writer))
        text = f"@{writer} {self._fill(line, dice)}"
        later = at + timedelta(minutes=3 + 90 * dice.uniform())
        self._drafts.append(Draft(friend, later, text, in_reply_to=answered))

    def _live(self, friend: Friend, dice: Dice) -> None:
        lines = [line for topic in friend.topics for line in self._everyday[topic]]
        deck = Deck(lines, dice)
        for at in self._moments(0, CYCLE_DAYS - 1, friend.per_day, dice):
            self._drafts.append(Draft(friend.person.handle, at, self._fill(deck.draw(), dice)))

    def _boost(self, dice: Dice) -> None:
        protagonist = self._storyline.protagonist.handle
        boostable = [
            place
            for place, draft in enumerate(self._drafts)
            if draft.author != protagonist
            and draft.visibility is Visibility.PUBLIC
            and draft.in_reply_to is None
        ]
        wanted = round(self._storyline.boosts_per_day * CYCLE_DAYS)
        for place in dice.shuffled(boostable)[:wanted]:
            at = self._drafts[place].at + _BOOST_DELAY
            self._drafts.append(Draft(protagonist, at, "", reblog_of=place))

    def _answer(self, dice: Dice) -> None:
        protagonist = self._storyline.protagonist.handle
        lines = Deck(self._storyline.answers, dice)
        to_her = [
            (place, draft)
            for place, draft in enumerate(self._drafts)
            if draft.in_reply_to is not None
            and self._drafts[draft.in_reply_to].author == protagonist
        ]
        for place, draft in to_her:
            if dice.chance(self._storyline.answer_chance):
                text = f"@{draft.author} {self._fill(lines.draw(), dice)}"
                later = draft.at + timedelta(minutes=2 + 40 * dice.uniform())
                self._drafts.append(Draft(protagonist, later, text, in_reply_to=place))

    def _moments(self, first: int, last: int, per_day: float, dice: Dice) -> Iterator[timedelta]:
        for day in range(first, last + 1):
            for _ in range(dice.count(per_day)):
                hour = dice.choice(self._storyline.hours) + dice.uniform()
                yield timedelta(days=day, hours=hour)

    def _others(self, writer: str) -> list[str]:
        everyone = [friend.person.handle for friend in self._storyline.friends]
        return [handle for handle in everyone if handle != writer]

    def _fill(self, line: str, dice: Dice) -> str:
        def word(match: re.Match[str]) -> str:
            if match[1] == "friend":
                return "@" + dice.choice(self._others(self._storyline.protagonist.handle))
            chosen = dice.choice(self._storyline.slots[match[1]])
            begins = line[: match.start()].rstrip().endswith(_SENTENCE_ENDS) or not match.start()
            return chosen[0].upper() + chosen[1:] if begins else chosen

        return _SLOT.sub(word, line)
