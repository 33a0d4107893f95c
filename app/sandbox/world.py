"""The network itself: its people, who follows whom, what they write and who may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from threading import RLock

from app.clock import Clock
from app.sandbox.chronicle import Chronicle, Span
from app.sandbox.people import Person
from app.sandbox.status import Status, Visibility
from app.sandbox.storylines.narrator import Chapter, Narrator
from app.sandbox.storylines.script import Draft

_OPEN = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})
EVERYTHING = Span()


class World:
    """People and their statuses up to the moment on the clock.

    One thread may serve requests while another (a test, a demo) publishes.
    """

    def __init__(self, clock: Clock, narrator: Narrator | None = None) -> None:
        """Open the network.

        Args:
            clock: The moment now; the network has nothing from later.
            narrator: Tells the storylines; without one nobody lives here yet.
        """
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.published: list[Status] = []
        self._follows: dict[str, dict[str, None]] = {}
        self._by_account: dict[int, Person] = {}
        self._chronicle = Chronicle()
        self._narrator = narrator
        self._lock = RLock()
        if narrator is not None:
            self._move_in(narrator)

    def add_person(self, person: Person) -> None:
        """Let someone move in; the newest description of a handle holds."""
        self.people[person.handle] = person
        self._by_account[person.account_id] = person
        self._follows.setdefault(person.handle, {})

    def follow(self, follower: str, followed: str) -> None:
        """Let one person follow another; both live here."""
        self._follows[follower][self.people[followed].handle] = None

    def person_with(self, account_id: int) -> Person | None:
        """Return who has this account id."""
        return self._by_account.get(account_id)

    def following(self, handle: str) -> list[Person]:
        """Return whom a person follows, in the order in which she began to."""
        return [self.people[followed] for followed in self._follows.get(handle, {})]

    def followers(self, handle: str) -> list[Person]:
        """Return who follows a person."""
        return [self.people[one] for one, follows in self._follows.items() if handle in follows]

    def publish(
        self,
        author: str,
        text: str,
        *,
        visibility: Visibility = Visibility.PUBLIC,
        in_reply_to: int | None = None,
        language: str | None = None,
        spoiler: str = "",
    ) -> Status:
        """Let a person post now.

        Args:
            author: Her handle.
            text: What she writes.
            visibility: Who may see it.
            in_reply_to: Id of the status she answers.
            language: Two-letter code; hers unless given.
            spoiler: Content warning.

        Returns:
            The status, with its id.

        Raises:
            KeyError: Nobody has this handle.
        """
        draft = Status(
            id=0,
            author=author,
            text=text,
            visibility=Visibility(visibility),
            in_reply_to=in_reply_to,
            language=language or self.people[author].language,
            spoiler=spoiler,
        )
        status = self.enter(draft, self.clock())
        self.published.append(status)
        return status

    def enter(self, status: Status, at: datetime) -> Status:
        """Enter a status written elsewhere, and return it with its id.

        Args:
            status: What was written; its id is replaced.
            at: When. What lies in the future appears when its time comes.
        """
        with self._lock:
            return self._chronicle.add(status, at, scripted=False)

    def restore(self, statuses: Iterable[Status], deleted: Iterable[int]) -> None:
        """Put back what was published or deleted before a restart; strangers' words are left."""
        with self._lock:
            for status in statuses:
                if status.author in self.people:
                    self.published.append(self._chronicle.restore(status))
            for status_id in deleted:
                self._chronicle.delete(status_id)

    def delete(self, status_id: int) -> None:
        """Take a status away."""
        with self._lock:
            self._chronicle.delete(status_id)

    @property
    def deleted(self) -> frozenset[int]:
        """Ids of the statuses that were taken away."""
        return self._chronicle.deleted

    def status(self, status_id: int, viewer: str | None) -> Status | None:
        """Return a status if it exists by now and the viewer may see it."""
        self._catch_up()
        status = self._chronicle.find(status_id, self.clock())
        return status if status is not None and self.may_see(viewer, status) else None

    def statuses_of(
        self, author: str, viewer: str | None, span: Span = EVERYTHING
    ) -> Iterator[Status]:
        """Yield what a person wrote and boosted, as far as the viewer may see it."""
        return (status for status in self._written([author], span) if self.may_see(viewer, status))

    def home_of(self, handle: str, span: Span = EVERYTHING) -> Iterator[Status]:
        """Yield a person's home timeline: hers and her friends' statuses.

        Replies to people she does not follow are left out, as Mastodon does.
        """
        circle = {handle, *self._follows[handle]}
        for status in self._written(circle, span):
            if self.may_see(handle, status) and self._answers_within(circle, status):
                yield status

    def public(self, span: Span = EVERYTHING) -> Iterator[Status]:
        """Yield what everybody wrote for everybody, without replies and boosts."""
        for status in self._written(self.people, span):
            if (
                status.visibility is Visibility.PUBLIC
                and status.in_reply_to is None
                and status.reblog_of is None
            ):
                yield status

    def boosted(self, status: Status) -> Status | None:
        """Return the status that a boost repeats."""
        if status.reblog_of is None:
            return None
        return self._chronicle.find(status.reblog_of, self.clock())

    def author_of(self, status_id: int) -> str | None:
        """Return the handle of who wrote a status, whoever may see it."""
        status = self._chronicle.find(status_id, self.clock())
        return None if status is None else status.author

    def tally(self, handle: str) -> tuple[int, datetime | None]:
        """Return how many statuses a person has by now, and when she wrote the last."""
        self._catch_up()
        return self._chronicle.tally(handle, self.clock())

    def may_see(self, viewer: str | None, status: Status) -> bool:
        """Tell whether a viewer (None: anybody) may see a status."""
        if status.visibility in _OPEN or viewer == status.author:
            return True
        if viewer is None:
            return False
        if viewer in status.mentions:
            return True
        return status.visibility is Visibility.PRIVATE and status.author in self._follows[viewer]

    def _written(self, authors: Iterable[str], span: Span) -> Iterator[Status]:
        self._catch_up()
        return self._chronicle.written_by(authors, span, self.clock())

    def _answers_within(self, circle: set[str], status: Status) -> bool:
        if status.in_reply_to is None:
            return True
        return self.author_of(status.in_reply_to) in circle

    def _move_in(self, narrator: Narrator) -> None:
        for storyline in narrator.storylines:
            protagonist = replace(storyline.protagonist, protagonist=True)
            self.add_person(protagonist)
            for friend in storyline.friends:
                self.add_person(friend.person)
                self.follow(protagonist.handle, friend.person.handle)
                self.follow(friend.person.handle, protagonist.handle)

    def _catch_up(self) -> None:
        if self._narrator is None:
            return
        with self._lock:
            for chapter in self._narrator.tell(self.clock()):
                self._enter(chapter)

    def _enter(self, chapter: Chapter) -> None:
        entered: list[Status] = []
        for draft, moment in zip(chapter.drafts, chapter.moments, strict=True):
            status = self._as_status(draft, entered)
            entered.append(self._chronicle.add(status, moment, scripted=True))

    def _as_status(self, draft: Draft, entered: list[Status]) -> Status:
        return Status(
            id=0,
            author=draft.author,
            text=draft.text,
            visibility=draft.visibility,
            in_reply_to=None if draft.in_reply_to is None else entered[draft.in_reply_to].id,
            reblog_of=None if draft.reblog_of is None else entered[draft.reblog_of].id,
            language=self.people[draft.author].language,
        )
