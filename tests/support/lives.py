"""Made-up lives: sixty days of posts about subjects that come, change their words, and go."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from context.post import Post, PostKind

DAYS = 60
THEMES = {
    "telecoms": "broadband outage router engineer signal provider contract internet cable socket",
    "gardening": "garden tomato basil compost seed greenhouse soil slug lawn harvest",
    "trains": "train platform ticket carriage delay station commuter conductor timetable railway",
    "cycling": "bike saddle pedal puncture helmet chain gravel tyre brake cyclist",
    "baking": "dough oven loaf flour yeast crust recipe sourdough butter cake",
    "books": "novel chapter library author paperback plot poem bookshop reader shelf",
    "photography": "camera lens tripod shutter portrait exposure darkroom sunset focus print",
    "knitting": "yarn needle sweater stitch wool pattern crochet scarf sock knitting",
}
NOISE = (
    "honestly what a week so far",
    "cannot believe how quick that went",
    "someone left a note on my desk",
    "that was the best sandwich in ages",
    "the neighbours have a new fence",
    "nobody told me about the meeting",
    "my umbrella turned inside out",
    "found a coin on the pavement",
)
FRAMES = (
    "the {} and the {} again, with a {}",
    "spent all evening on the {} because of the {} and a {}",
    "does anybody know a {} for this {} or {}",
    "my {} needs another {} and maybe a {}",
    "a new {} today, the {} was too old for any {}",
)


@dataclass(frozen=True)
class Life:
    """A made-up person's posts, and what each is about.

    Attributes:
        posts: Her posts, oldest first.
        words: The words that belong to each theme.
    """

    posts: list[Post]
    words: dict[str, frozenset[str]]


def live(seed: int, start: datetime) -> Life:
    """Return a made-up life.

    Each theme is alive for some weeks and moves from the first half of its words to the second,
    so that what a topic is called changes while it goes on. A quarter of the posts are about
    nothing.

    Args:
        seed: Equal seeds give equal lives.
        start: The first day, aware.
    """
    chance = random.Random(seed)
    spans = {theme: _span(chance) for theme in chance.sample(sorted(THEMES), 6)}
    posts = []
    for day in range(DAYS):
        alive = [theme for theme, (first, last) in spans.items() if first <= day <= last]
        for _ in range(chance.choice((0, 1, 2, 3, 4, 6))):
            at = start + timedelta(days=day, minutes=chance.randrange(24 * 60))
            if not alive or chance.random() < 0.25:
                text = chance.choice(NOISE)
            else:
                text = _about(chance.choice(alive), day, spans, chance)
            kind = chance.choice((PostKind.ORIGINAL, PostKind.ORIGINAL, PostKind.REPLY))
            posts.append(Post("her", at, f"{text} {chance.choice(('', '!', ':)'))}", kind))
    words = {theme: frozenset(THEMES[theme].split()) for theme in spans}
    return Life(sorted(posts, key=lambda post: post.created_at), words)


def _span(chance: random.Random) -> tuple[int, int]:
    first = chance.choice((0, 0, 5, 15, 30))
    return first, first + chance.choice((20, 35, 60))


def _about(theme: str, day: int, spans: dict[str, tuple[int, int]], chance: random.Random) -> str:
    words = THEMES[theme].split()
    first, last = spans[theme]
    shift = round((len(words) - 6) * (day - first) / (last - first))
    return chance.choice(FRAMES).format(*chance.sample(words[shift : shift + 6], 3))
