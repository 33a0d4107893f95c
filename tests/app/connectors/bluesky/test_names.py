"""Handles looked up by DNS, from a real server of it, and by their own site."""

import socketserver
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import httpx
import pytest

from app.connectors.bluesky import Resolver
from app.connectors.bluesky.names import did_of
from tests.app.connectors.bluesky.conftest import MARA


@pytest.fixture
def zone():
    """A DNS server; what it answers by name, and where it is."""
    records: dict[str, list[str] | dns.rcode.Rcode] = {}

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            question = dns.message.from_wire(wire)
            response = dns.message.make_response(question)
            response.flags |= dns.flags.RA
            name = question.question[0].name
            found = records.get(name.to_text(), dns.rcode.NXDOMAIN)
            if isinstance(found, dns.rcode.Rcode):
                response.set_rcode(found)
            else:
                response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *found))
            socket.sendto(response.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield records, server.server_address
        server.shutdown()
        thread.join()


async def test_text_is_read_whole_and_asked_for_by_the_very_name(zone):
    records, server = zone
    records["_atproto.mara.test."] = ['"did=did:plc:" "maramaramaramaramaramara"', '"else"']
    resolver = Resolver(server)
    assert sorted(await resolver("_atproto.mara.test.")) == [f"did={MARA}", "else"]
    assert await resolver("_atproto.ben.test.") == []


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NXDOMAIN])
async def test_a_name_that_cannot_be_looked_up_has_no_records(zone, code):
    records, server = zone
    records["_atproto.mara.test."] = code
    assert await Resolver(server)("_atproto.mara.test.") == []


SITE = "https://mara.test/.well-known/atproto-did"


async def looked_up(clock, records, answer):
    async def of(name):
        assert name == "_atproto.mara.test."
        return records

    asked = []

    def answers(request):
        asked.append(str(request.url))
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(answers)) as client:
        return await did_of(client, of, "mara.test", clock()), asked


async def test_the_site_is_asked_where_dns_says_nothing(clock):
    there = httpx.Response(200, text=f" {MARA}\n")
    assert await looked_up(clock, ["v=spf1"], there) == (MARA, [SITE])
    assert await looked_up(clock, [f"did={MARA}"], there) == (MARA, [])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://elsewhere.example"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text="did:key:z6Mk"),
    ],
)
async def test_a_site_that_names_no_account_names_none(clock, answer):
    assert await looked_up(clock, [], answer) == (None, [SITE])
