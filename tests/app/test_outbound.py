"""Guarded HTTP: only public addresses, looked up once, and never more than an answer may cost."""

import asyncio
import gzip
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from app.outbound import (
    Limits,
    Outbound,
    OutboundFailed,
    OutboundRefused,
    OutboundTooLarge,
    OutboundTooSlow,
)
from app.outbound.addresses import is_public, resolve, system_resolver
from app.outbound.decoding import Decoder

PUBLIC = "93.184.216.34"
OK = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"]


class Wire(httpcore.AsyncMockBackend):
    """A network that answers everywhere, and remembers where it was called."""

    def __init__(self, *answer: bytes, refuses: tuple[str, ...] = ()) -> None:
        super().__init__(list(answer or OK))
        self.called: list[str] = []
        self._refuses = refuses

    async def connect_tcp(self, host, port, *rest, **options):
        self.called.append(f"{host}:{port}")
        if host in self._refuses:
            raise httpcore.ConnectError("refused")
        return await super().connect_tcp(host, port, *rest, **options)

    async def sleep(self, seconds):
        raise AssertionError("nothing is tried again")


class Names:
    """A resolver with one answer after another."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host, port):
        self.asked.append((host, port))
        return self.answers.pop(0)


async def get(outbound: Outbound, url: str):
    async with outbound.client() as client:
        return await client.get(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f000001",
        "0177.1",
        "127.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::a00:1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001:db8::1]",
        "[::127.0.0.1]",
    ],
)
async def test_no_spelling_of_a_private_address_is_called(host):
    wire = Wire()
    with pytest.raises(OutboundRefused, match="not a public address"):
        await get(Outbound(network=wire, resolver=literal_resolver), f"https://{host}/")
    assert wire.called == []


async def literal_resolver(host, port):
    # The machine's own parser, without a name server: this is what a real connection would see.
    return await system_resolver(host, port)


@pytest.mark.parametrize(
    "text", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]
)
def test_public_addresses_are_public(text):
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv6_address_is_as_public_as_the_ipv4_address_in_it(address):
    mapped = ip_address(f"::ffff:{address}")
    translated = ip_address(int(ip_address("64:ff9b::")) + int(address))
    assert is_public(mapped) == is_public(translated) == is_public(address)


@given(st.ip_addresses())
def test_nothing_that_the_registries_call_special_is_public(address):
    special = (
        address.is_loopback or address.is_link_local or address.is_multicast
    ) or address.is_unspecified
    assert not (special and is_public(address))


async def test_one_private_address_among_public_ones_refuses_the_name():
    wire = Wire()
    with pytest.raises(OutboundRefused, match=r"social\.example"):
        await get(
            Outbound(network=wire, resolver=Names([PUBLIC, "10.0.0.1"])), "https://social.example/"
        )
    assert wire.called == []


async def test_a_name_is_resolved_once_and_the_checked_address_is_called():
    wire, names = Wire(), Names([PUBLIC], ["127.0.0.1"])
    answer = await get(Outbound(network=wire, resolver=names), "https://social.example/")
    assert answer.text == "ok"
    assert names.asked == [("social.example", 443)]
    assert wire.called == [f"{PUBLIC}:443"]


async def test_a_name_that_turns_private_later_is_refused_then():
    wire, names = Wire(*OK), Names([PUBLIC], ["127.0.0.1"])
    outbound = Outbound(network=wire, resolver=names)
    await get(outbound, "https://social.example/")
    with pytest.raises(OutboundRefused):
        await get(outbound, "https://social.example/")


async def test_the_next_address_is_tried_when_one_does_not_accept():
    wire = Wire(refuses=("2606:4700:4700::1111",))
    names = Names(["2606:4700:4700::1111", PUBLIC])
    await get(Outbound(network=wire, resolver=names), "https://social.example/")
    assert wire.called == ["2606:4700:4700::1111:443", f"{PUBLIC}:443"]


async def test_nobody_accepts():
    wire = Wire(refuses=(PUBLIC,))
    with pytest.raises(OutboundFailed, match=r"social\.example cannot be reached"):
        await get(Outbound(network=wire, resolver=Names([PUBLIC])), "https://social.example/")


@pytest.mark.parametrize("url", ["http://social.example/", "https://social.example:8443/"])
async def test_only_https_on_its_own_port(url):
    names = Names([PUBLIC])
    with pytest.raises(OutboundRefused, match="https address without a port"):
        await get(Outbound(network=Wire(), resolver=names), url)
    assert names.asked == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:3001/", "http://127.0.0.2:3000/", "http://localhost:3000/"]
)
async def test_an_exception_is_for_exactly_this_host_and_port(url):
    wire = Wire()
    with pytest.raises(OutboundRefused):
        await get(Outbound(frozenset({"127.0.0.1:3000"}), network=wire), url)
    assert wire.called == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:3000/", "http://[::1]:3000/"])
async def test_an_exception_is_called_without_tls(url):
    wire = Wire()
    await get(Outbound(frozenset({"127.0.0.1:3000", "[::1]:3000"}), network=wire), url)
    assert len(wire.called) == 1


@pytest.mark.parametrize("answers", [OSError("no such host"), ["not an address"], []])
async def test_a_name_without_an_address_says_so(answers):
    async def resolver(host, port):
        if isinstance(answers, OSError):
            raise answers
        return answers

    with pytest.raises(OutboundFailed, match="check its spelling"):
        await resolve(resolver, "social.example", 443)


async def test_a_name_server_that_does_not_answer_is_not_waited_for():
    async def resolver(host, port):
        await asyncio.Event().wait()

    outbound = Outbound(resolver=resolver, network=Wire(), limits=Limits(connect_s=0.05))
    async with asyncio.timeout(10):
        with pytest.raises(OutboundTooSlow, match=r"social\.example did not answer in time"):
            await get(outbound, "https://social.example/")


async def test_looking_up_a_name_takes_no_thread_from_the_rest_of_the_service(monkeypatch):
    threads = []

    def getaddrinfo(*name, **options):
        threads.append(threading.current_thread().name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert await system_resolver("social.example", 443) == [PUBLIC]
    assert [name.partition("_")[0] for name in threads] == ["look-up"]


def serve(*answer: bytes) -> Outbound:
    return Outbound(
        network=Wire(*answer), resolver=Names([PUBLIC]), limits=Limits(body_bytes=100_000)
    )


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "https://other.example/"])
async def test_a_redirect_is_shown_and_not_followed(target):
    head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
    answer = await get(serve(head.encode()), "https://social.example/")
    assert answer.status_code == 302


async def test_a_redirect_that_a_caller_follows_is_checked_too():
    head = b"HTTP/1.1 302 Found\r\nLocation: https://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    names = Names([PUBLIC], ["10.0.0.1"])
    outbound = Outbound(network=Wire(head), resolver=names)
    with pytest.raises(OutboundRefused):
        async with outbound.client() as client:
            await client.get("https://social.example/", follow_redirects=True)


async def test_a_body_over_the_cap_is_cut_off():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n"
    with pytest.raises(OutboundTooLarge):
        await get(serve(head, *[b" " * 50_000] * 4), "https://social.example/")


def encoded(encoding: str, body: bytes) -> tuple[bytes, bytes]:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode(), body


async def test_the_cap_counts_what_a_small_body_unfolds_to():
    bomb = gzip.compress(b" " * 10_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(OutboundTooLarge):
        await get(serve(*encoded("gzip", bomb)), "https://social.example/")


async def test_a_compressed_answer_is_read():
    answer = await get(
        serve(*encoded("gzip", gzip.compress(b'{"a":1}'))), "https://social.example/"
    )
    assert answer.json() == {"a": 1}


async def test_of_a_bomb_no_more_is_made_than_is_read(monkeypatch):
    made = []
    feed = Decoder.feed

    def noting(self, piece, at_most):
        made.append(len(unfolded := feed(self, piece, at_most)))
        return unfolded

    monkeypatch.setattr(Decoder, "feed", noting)
    bomb = gzip.compress(bytes(40_000_000))
    assert len(bomb) < 65_536
    with pytest.raises(OutboundTooLarge):
        await get(serve(*encoded("gzip", bomb)), "https://social.example/")
    assert sum(made) == 100_001


async def test_half_of_a_compressed_answer_is_none():
    whole = gzip.compress(b'{"a":1}')
    with pytest.raises(OutboundFailed, match="by half"):
        await get(serve(*encoded("gzip", whole[:-9])), "https://social.example/")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_an_empty_answer_is_whole_whatever_it_says_of_its_encoding(encoding):
    assert (await get(serve(*encoded(encoding, b"")), "https://social.example/")).content == b""


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "x-unknown"])
async def test_encodings_within_encodings_are_refused(encoding):
    with pytest.raises(OutboundFailed, match="not asked for"):
        await get(serve(*encoded(encoding, b"abc")), "https://social.example/")


@pytest.mark.parametrize(
    "answer", [(b"no http at all\r\n\r\n",), encoded("gzip", b"not gzip"), (b"",)]
)
async def test_what_is_no_http_is_a_failure_that_quotes_nothing(answer):
    with pytest.raises(OutboundFailed) as failure:
        await get(serve(*answer), "https://social.example/")
    assert "no http" not in str(failure.value)
    assert failure.value.__suppress_context__


async def test_an_answer_that_never_ends_is_too_slow():
    left = asyncio.Event()

    async def drip(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        reading = asyncio.create_task(reader.read())
        # Whoever leaves with bytes unread may do so by a reset.
        with suppress(ConnectionError):
            while not reading.done():
                writer.write(b" ")
                await asyncio.sleep(0.01)
            await reading
        writer.close()
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    pair = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    outbound = Outbound(frozenset({pair}), limits=Limits(read_s=5, total_s=0.3))
    with pytest.raises(OutboundTooSlow, match="did not answer in time"):
        await get(outbound, f"http://{pair}/")
    await left.wait()
    server.close()


async def test_the_environment_names_no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    answer = await get(serve(*OK), "https://social.example/")
    assert answer.text == "ok"


def certificate_for(name: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's TLS, by an authority made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "both.pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_tls_verifies_the_name_although_the_socket_uses_the_address(tmp_path):
    server_tls, client_tls = certificate_for("social.example", tmp_path)
    asked = []

    async def answer(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"".join(OK))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_tls)
    port = server.sockets[0].getsockname()[1]
    pairs = frozenset({f"social.example:{port}", f"other.example:{port}"})

    async def resolver(host, port):
        return ["127.0.0.1"]

    outbound = Outbound(pairs, resolver=resolver, tls=client_tls)
    assert (await get(outbound, f"https://social.example:{port}/")).text == "ok"
    assert f"Host: social.example:{port}".encode() in asked[0]
    with pytest.raises(OutboundFailed):
        await get(outbound, f"https://other.example:{port}/")
    server.close()
