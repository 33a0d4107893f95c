"""The form of what `python -m benchmarks.linking` measures; never how much it is."""

import json
import sys

import pytest

from benchmarks.linking import __main__ as command
from benchmarks.linking import measure
from benchmarks.linking.measure import moments, windows
from benchmarks.linking.people import FRIENDS, HER_POSTS, NETWORK_POSTS, PEOPLE
from benchmarks.linking.provider import PAGE, Instance, statuses_path
from benchmarks.linking.service import NOW, instance, service
from tests.support.engines import PlainEngine


def test_windows_are_as_large_as_they_are_said_to_be():
    made = windows()
    assert len(made) == PEOPLE
    assert {len(window.posts) for window in made} == {HER_POSTS}
    assert {len(window.network) for window in made} == {NETWORK_POSTS}
    assert len({post.text for window in made for post in window.posts}) > 200
    assert 5 <= len({post.author for post in made[0].network}) <= FRIENDS


def asked(target, person=3):
    return f"GET {target} HTTP/1.1\r\nAuthorization: Bearer token-{person}\r\n\r\n"


def test_the_instance_answers_pages_that_lead_to_the_end():
    made = Instance(8000, 0.0, NOW)
    target, seen = f"{statuses_path(3)}?limit={PAGE}", []
    while target:
        head, _, body = made._answer(asked(target)).partition(b"\r\n\r\n")
        seen += [status["id"] for status in json.loads(body)]
        _, _, rest = head.decode().partition("Link: <http://127.0.0.1:8000")
        target = rest.partition(">")[0]
    assert len(seen) == len(set(seen)) == HER_POSTS
    account = made._answer(asked("/api/v1/accounts/verify_credentials"))
    assert json.loads(account.partition(b"\r\n\r\n")[2])["acct"] == "person3"


@pytest.mark.parametrize(
    ("refreshes", "looked"),
    [
        (60, [60]),
        (100, [100]),
        (500, [100, 150, 200, 250, 300, 350, 400, 450, 500]),
        (10_000, [100, *range(1000, 10_001, 1000)]),
    ],
)
def test_memory_is_looked_at_after_the_first_hundred_and_at_the_end(refreshes, looked):
    assert list(moments(refreshes)) == looked


async def test_a_refresh_that_does_not_work_ends_the_measurement(tmp_path, monkeypatch):
    async def failing(_self, _connection_id):
        return None

    with instance(0) as address:
        async with service(tmp_path, address, PlainEngine(), 2) as running:
            await running.run(3, 2)
            monkeypatch.setattr(type(running.refresh), "refresh", failing)
            with pytest.raises(RuntimeError, match="ended as None"):
                await running.run(1, 1)


def test_the_command_tells_its_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "load_engine", lambda _name: PlainEngine())
    monkeypatch.setattr(measure, "PEOPLE", 2)
    out = tmp_path / "figures.json"
    options = "--engine light --at-once 1 --at-once 2 --each 3 --latency-ms 1 --refreshes 4"
    monkeypatch.setattr(sys, "argv", ["linking", *options.split(), "--json", str(out)])
    command.main()
    told, document = capsys.readouterr().out, json.loads(out.read_text())
    assert [one["at_once"] for one in document["throughput"]] == [1, 2]
    for one in document["throughput"]:
        assert one.keys() >= {"engine", "per_s", "per_core_s", "refresh_cpu_ms", "analysis_cpu_ms"}
        assert one["refresh_per_analysis"] > 1
    assert document["memory"][-1]["refreshes"] == 4
    assert document["memory_last_to_first"] > 0
    assert document["setting"]["latency_ms"] == 1
    assert "plain/1" in told
