"""What somebody may put into an archive: too much, what leads elsewhere, what is cut off."""

import gzip
import io
import random
import struct
import tarfile
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.archives import Archives
from app.connectors.archives.errors import ArchiveTooLarge, BrokenArchive, UnknownArchive
from app.connectors.archives.meter import GiB, Limits, MiB
from app.errors import Conflict, Invalid
from tests.app.connectors.archives.conftest import FORMATS
from tests.support.clock import SettableClock
from tests.support.exports import (
    chunked,
    mastodon_files,
    mastodon_zip,
    note,
    repository,
    said_on_bluesky,
    tarred,
    tweet,
    x_files,
    x_zip,
    zipped,
    zipped_on_the_fly,
)

NOW = SettableClock()()
SAID = [note("I love this", NOW), note("awful broadband again", NOW)]
WHOLE = {
    "zip": mastodon_zip(*SAID),
    "piped zip": zipped_on_the_fly(mastodon_files(*SAID)),
    "tar": tarred(mastodon_files(*SAID)),
    "x": x_zip(tweet("I love this", NOW)),
    "car": repository({"app.bsky.feed.post/1": said_on_bluesky("I love this", NOW)}),
}


def archives(**limits):
    return Archives(FORMATS, Limits(**limits))


@pytest.mark.parametrize("kind", WHOLE)
def test_cut_off_at_any_byte_it_is_refused(kind):
    whole = WHOLE[kind]
    for length in range(len(whole)):
        with pytest.raises(Invalid):
            archives().read(chunked(whole[:length], 4096), NOW)


@pytest.mark.parametrize("kind", WHOLE)
def test_with_any_byte_changed_it_is_posts_or_refused(kind):
    chance, refusals = random.Random(7), set()
    for _ in range(400):
        changed = bytearray(WHOLE[kind])
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            archives().read(chunked(bytes(changed)), NOW)
        except Invalid as error:
            refusals.add((repr(error), error.__cause__))
    assert refusals
    assert all("love" not in words and cause is None for words, cause in refusals)


@given(st.sampled_from([b"", b"PK", b"PK\x03\x04", b"\x1f\x8b", b"\x3a\xa2\x65roots"]), st.binary())
def test_any_bytes_are_posts_or_refused(head, rest):
    with pytest.raises(Invalid):
        archives().read(chunked(head + rest), NOW)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["outbox.json", "actor.json", "data/account.js", "data/tweets.js"])
            | st.text(max_size=9),
            st.binary(max_size=200),
        ),
        max_size=4,
        unique_by=lambda pair: pair[0],
    )
)
def test_any_files_are_posts_or_refused(files):
    for pack in (zipped, tarred):
        named = {(name.replace("\0", "") or "x"): content for name, content in files}
        try:
            packed = pack(named)
        except UnicodeEncodeError:
            return
        with pytest.raises(Invalid):
            archives().read(chunked(packed), NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=9,
)
FIELDS = ["published", "to", "cc", "object", "actor", "type"]
SAID_FIELDS = ["to", "cc", "content", "summary", "contentMap", "inReplyTo", "tag"]


@given(st.sampled_from(FIELDS), st.sampled_from(SAID_FIELDS), json_values, st.booleans())
def test_any_value_in_an_entry_is_a_post_or_refused(field, said_field, value, inside):
    entry = note("I love this", NOW)
    if inside:
        entry["object"][said_field] = value
    else:
        entry[field] = value
    try:
        found = archives().read(chunked(mastodon_zip(entry)), NOW)[1]
    except BrokenArchive:
        return
    assert all(isinstance(post.text, str) for post in found.window.posts)


@given(st.sampled_from(["created_at", "full_text", "lang", "in_reply_to_user_id_str"]), json_values)
def test_any_value_in_a_tweet_is_a_post_or_refused(field, value):
    said = tweet("I love this", NOW, **{field: value})
    try:
        found = archives().read(chunked(x_zip(said)), NOW)[1]
    except BrokenArchive:
        return
    assert all(isinstance(post.text, str) for post in found.window.posts)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_is_too_large_is_refused_while_it_comes(kind):
    taken = 0

    def counted():
        nonlocal taken
        for chunk in chunked(WHOLE[kind], 100):
            taken += len(chunk)
            yield chunk

    with pytest.raises(ArchiveTooLarge, match="without media"):
        archives(received=300).read(counted(), NOW)
    assert taken <= 500


@pytest.mark.parametrize("pack", [zipped, zipped_on_the_fly, tarred])
@pytest.mark.parametrize("name", ["media/bomb.png", "outbox.json"])
def test_a_bomb_is_stopped_when_it_begins_to_swell(pack, name):
    bomb = pack({name: b" " * (80 * MiB)})
    assert len(bomb) < MiB
    tracemalloc.start()
    with pytest.raises(ArchiveTooLarge, match="far more than it holds"):
        archives(allowance=8 * MiB).read(chunked(bomb), NOW)
    assert tracemalloc.get_traced_memory()[1] < 32 * MiB
    tracemalloc.stop()


def test_what_deflates_well_and_is_no_bomb_is_read():
    files = mastodon_files(*SAID) | {"media/blank.png": bytes(10 * MiB)}
    assert len(archives().read(chunked(zipped(files)), NOW)[1].window.posts) == 2


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_there_is_a_most_of_everything(pack):
    noise = random.Random(7).randbytes(2 * MiB)
    files = {"media/cat.png": noise, **mastodon_files(*SAID)}
    with pytest.raises(ArchiveTooLarge, match="Unpacked, an archive may have"):
        archives(unpacked=1 * MiB).read(chunked(pack(files)), NOW)
    with pytest.raises(ArchiveTooLarge, match="posts in this archive"):
        archives(files_read=1000).read(chunked(pack(files)), NOW)
    with pytest.raises(ArchiveTooLarge, match="3 files"):
        archives(members=3).read(chunked(pack(files)), NOW)
    found = archives(members=5, unpacked=3 * MiB).read(chunked(pack(files)), NOW)
    assert len(found[1].window.posts) == 2


def test_the_names_of_many_files_are_not_held():
    def peak(number):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
            for at in range(number):
                archive.addfile(tarfile.TarInfo(f"media/{at}.png"))
        tracemalloc.start()
        with pytest.raises(UnknownArchive):
            archives().read(chunked(packed.getvalue()), NOW)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(8000) < 2 * peak(2000)


def test_nor_what_headers_say_of_all_files():
    # Mutation: `pax_headers` not emptied.
    def peak(number):
        packed = io.BytesIO()
        with gzip.open(packed, "wb", compresslevel=1) as archive:
            for at in range(number):
                said = {f"X.{at}.{more}": "x" * 200 for more in range(8)}
                archive.write(tarfile.TarInfo.create_pax_global_header(said))
                archive.write(tarfile.TarInfo(f"media/{at}.png").tobuf())
            archive.write(bytes(2 * tarfile.BLOCKSIZE))
        tracemalloc.start()
        with pytest.raises(UnknownArchive):
            archives().read(chunked(packed.getvalue()), NOW)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(400) < 2 * peak(100)


def test_a_hundred_thousand_files_in_a_zip_are_counted():
    header = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0)
    files = (header + b"x") * 100_001
    with pytest.raises(ArchiveTooLarge, match="100,000 files"):
        archives(members=100_000).read(chunked(files), NOW)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "../../outbox.json"),
        (tarfile.DIRTYPE, ""),
        (tarfile.FIFOTYPE, ""),
        (tarfile.CHRTYPE, ""),
    ],
)
@pytest.mark.parametrize("name", ["outbox.json", "/etc/outbox.json", "../outbox.json"])
def test_what_is_no_plain_file_is_passed_over(kind, target, name):
    other = tarfile.TarInfo(name)
    other.type, other.linkname = kind, target
    content = tarred(mastodon_files(*SAID), other)
    assert len(archives().read(chunked(content), NOW)[1].window.posts) == 2


@pytest.mark.parametrize(
    "name", ["/outbox.json", "../../a/outbox.json", "C:\\outbox.json", "a/b/outbox.json"]
)
def test_names_that_lead_elsewhere_are_only_compared(name):
    files = mastodon_files(*SAID) | {name: b"no outbox"}
    for pack in (zipped, tarred):
        assert len(archives().read(chunked(pack(files)), NOW)[1].window.posts) == 2


@pytest.mark.parametrize("shape", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_name_of_megabytes_is_not_held(shape):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=shape) as archive:
        archive.addfile(tarfile.TarInfo("x" * 40 * MiB))
    tracemalloc.start()
    with pytest.raises(BrokenArchive, match="in a way that no export does"):
        archives().read(chunked(packed.getvalue()), NOW)
    assert tracemalloc.get_traced_memory()[1] < 4 * MiB
    tracemalloc.stop()


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE])
def test_attributes_that_would_take_long_to_search_are_refused_unread(kind):
    # Mutation: `ATTRIBUTES_AT_MOST` not compared; then it takes half a minute.
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, 100_000
    content = header.tobuf() + b"1" * header.size
    with pytest.raises(BrokenArchive, match="in a way that no export does"):
        archives().read(chunked(gzip.compress(content)), NOW)


def test_attributes_of_a_file_are_read():
    entry = tarfile.TarInfo("x" * 900 + ".png")
    content = tarred(mastodon_files(*SAID), entry)
    assert len(archives().read(chunked(content), NOW)[1].window.posts) == 2


def test_a_file_with_gaps_is_refused():
    entry = tarfile.TarInfo("outbox.json")
    entry.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(GiB)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry)
    with pytest.raises(BrokenArchive, match="with gaps"):
        archives().read(chunked(packed.getvalue()), NOW)


def test_a_locked_zip_and_one_that_cannot_be_streamed_say_what_to_do():
    locked = bytearray(zipped({"outbox.json": b"{}"}))
    locked[6] |= 1
    with pytest.raises(BrokenArchive, match="locked by a password"):
        archives().read(chunked(bytes(locked)), NOW)
    stored = zipped_on_the_fly({"outbox.json": b"{}"}, zipfile.ZIP_STORED)
    with pytest.raises(BrokenArchive, match="Unpack it, pack it"):
        archives().read(chunked(stored), NOW)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", zipped({}), zipped({"a": b"b"})])
def test_what_is_no_export_is_told_what_is(content):
    with pytest.raises(UnknownArchive, match="Mastodon or X gave you"):
        archives().read(chunked(content), NOW)


def test_two_exports_of_different_kinds_in_one_archive_are_refused():
    with pytest.raises(UnknownArchive, match="more than one"):
        archives().read(chunked(zipped(mastodon_files() | x_files())), NOW)


def test_an_error_of_ours_while_it_comes_is_passed_on():
    def cut():
        yield WHOLE["zip"][:500]
        raise Conflict("something of ours")

    with pytest.raises(Conflict, match="something of ours"):
        archives().read(cut(), NOW)


def streamed(media):
    """Make X's archive as it comes: so many bytes of media, never held whole."""
    piece = random.Random(7).randbytes(MiB)
    for at in range(media // MiB):
        whole = zipped({f"data/tweets_media/{at}.mp4": piece})
        yield from chunked(whole[: whole.index(b"PK\x01\x02")])
    yield from chunked(x_zip(tweet("I love this", NOW)))


def test_memory_does_not_grow_with_the_media():
    def peak(media):
        tracemalloc.start()
        found = archives().read(streamed(media), NOW)[1]
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(found.window.posts) == 1
        return held

    assert peak(200 * MiB) < 1.2 * peak(4 * MiB)


def test_nor_with_the_posts_that_are_too_old():
    def peak(number):
        old = note("x" * 500, NOW.replace(year=NOW.year - 2))
        content = zipped(mastodon_files(*[old] * number, *SAID))
        tracemalloc.start()
        archives().read(chunked(content), NOW)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(20_000) < 2 * peak(2000)
