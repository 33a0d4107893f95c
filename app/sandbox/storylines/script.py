"""Writes one cycle of a storyline: who posts what, and when."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.sandbox.dice import Dice
from app.sandbox.status import Visibility
from app.sandbox.storylines.model import CYCLE_DAYS, Episode, Friend, Storyline, Teller
from app.sandbox.storylines.told import Told

_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE_ENDS = (".", "!", "?")
_BOOST_DELAY = timedelta(minutes=50)
_SILENCE = timedelta(days=1)  # for which who has nothing new to say does not look for it again
_OTHER_WORDS = 6  # how often a line's placeholders are filled anew before another line is tried


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

    def draw(self, say: Callable[[str], str | None]) -> str | None:
        """Return what the next line says that can still be said, or None where none can.

        Args:
            say: Makes words of a line; None if it cannot be said now.
        """
        said = self._next(say)
        if said is None:
            self._left = self._dice.shuffled(self._lines)
            said = self._next(say)
        return said

    def _next(self, say: Callable[[str], str | None]) -> str | None:
        for place in reversed(range(len(self._left))):
            said = say(self._left[place])
            if said is not None:
                del self._left[place]
                return said
        return None


class Script:
    """One cycle of one storyline, written down from front to back."""

    def __init__(
        self,
        storyline: Storyline,
        everyday: Mapping[str, tuple[str, ...]],
        key: tuple[int, int],
        told: Told,
        on_clock: Callable[[timedelta], datetime],
    ) -> None:
        """Prepare to write.

        Args:
            storyline: What happens.
            everyday: What friends write about on any day: lines by topic.
            key: The seed, with another of which there are other posts; and which repetition of
                the storyline this is, from 0.
            told: What was said before: who has nothing else to say is silent.
            on_clock: Returns the moment on the clock of a time since the cycle began.
        """
        self._storyline = storyline
        self._everyday = everyday
        seed, cycle = key
        self._key = (seed, storyline.name, cycle)
        self._told = told
        self._on_clock = on_clock
        self._silent: dict[tuple[Deck, str], datetime] = {}
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
            text = self._draw(lines, writer, at, dice)
            if text is None:
                continue
            self._drafts.append(Draft(writer, at, text, episode.visibility))
            if episode.replies and dice.chance(episode.reply_chance):
                self._reply(writer, at, replies, dice)

    def _reply(self, writer: str, at: timedelta, lines: Deck, dice: Dice) -> None:
        answered = len(self._drafts) - 1
        friend = dice.choice(self._others(writer))
        later = at + timedelta(minutes=3 + 90 * dice.uniform())
        text = self._draw(lines, friend, later, dice)
        if text is not None:
            self._drafts.append(Draft(friend, later, f"@{writer} {text}", in_reply_to=answered))

    def _live(self, friend: Friend, dice: Dice) -> None:
        hers = Deck([line for topic in friend.topics for line in self._everyday[topic]], dice)
        elsewhere = [topic for topic in self._everyday if topic not in friend.topics]
        any_ = Deck([line for topic in elsewhere for line in self._everyday[topic]], dice)
        who = friend.person.handle
        for at in self._moments(0, CYCLE_DAYS - 1, friend.per_day, dice):
            text = self._draw(hers, who, at, dice) or self._draw(any_, who, at, dice)
            if text is not None:
                self._drafts.append(Draft(who, at, text))

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
                later = draft.at + timedelta(minutes=2 + 40 * dice.uniform())
                text = self._draw(lines, protagonist, later, dice)
                if text is not None:
                    answer = f"@{draft.author} {text}"
                    self._drafts.append(Draft(protagonist, later, answer, in_reply_to=place))

    def _draw(self, lines: Deck, writer: str, at: timedelta, dice: Dice) -> str | None:
        """Return what somebody says next, if there is anything that she did not say lately."""
        moment = self._on_clock(at)
        silent = self._silent.get((lines, writer))
        if silent is not None and abs(moment - silent) < _SILENCE:
            return None

        def say(line: str) -> str | None:
            for _ in range(_OTHER_WORDS if _SLOT.search(line) else 1):
                text = self._fill(line, dice)
                if self._told.tell(writer, text, moment):
                    return text
            return None

        text = lines.draw(say)
        if text is None:
            self._silent[lines, writer] = moment
        return text

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
