"""The form of what `python -m benchmarks.oauth` measures; never how much it is."""

import asyncio
import base64
import json
import os
import re
import socket
import subprocess
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks.oauth import node, processes, report
from benchmarks.oauth.cases import CASES, Answer, Company, Seeds, UnexpectedAnswer
from benchmarks.oauth.contenders import MEMORY, POSTGRESQL, SQLITE
from benchmarks.oauth.load import Job, quantile_ms, read_answer, run
from benchmarks.oauth.measure import Figures, Plan

COMPANY = Company("cli_1", "mil_cs_1", "https://crm.example/cb", "context:topics", "context:lookup")
SEEDS = Seeds(("refresh_1", "refresh_2"), ("access_1", "access_2"))
STORES = (SQLITE, POSTGRESQL, MEMORY)


def form_of(request):
    return {
        name: value for name, (value,) in parse_qs(request.decode().split("\r\n\r\n")[1]).items()
    }


def answer(status, members):
    return Answer(status, "", json.dumps(members).encode())


def figures(case, store, cpu_us, connections=8):
    database_cpu_us = 100.0 if store == POSTGRESQL else None
    return Figures(case, store, connections, cpu_us, database_cpu_us, 1000.0, 1.0, 2.0)


@pytest.mark.parametrize("name", CASES)
def test_every_request_is_whole(name):
    request = CASES[name](COMPANY, SEEDS).request()
    head, _, body = request.decode().partition("\r\n\r\n")
    lengths = re.findall(r"(?m)^Content-Length: (\d+)\r?$", head)
    assert lengths == ([str(len(body))] if head.startswith("POST") else [])
    if head.startswith("POST"):
        basic = base64.b64encode(b"cli_1:mil_cs_1").decode()
        assert f"Authorization: Basic {basic}" in head


def test_each_refresh_uses_the_token_that_the_answer_before_gave():
    case = CASES["token_refresh"](COMPANY, SEEDS)
    assert form_of(case.request())["refresh_token"] == "refresh_1"
    case.take(answer(200, {"refresh_token": "refresh_3"}))
    assert form_of(case.request())["refresh_token"] == "refresh_2"
    case.take(answer(200, {"refresh_token": "refresh_4"}))
    assert form_of(case.request())["refresh_token"] == "refresh_3"


def test_each_authorization_request_is_another():
    case = CASES["authorize"](COMPANY, SEEDS)
    targets = [case.request().decode().split()[1] for _ in range(2)]
    states = {parse_qs(urlsplit(target).query)["state"][0] for target in targets}
    assert len(states) == 2


def test_tokens_are_introspected_in_turn():
    case = CASES["introspection"](COMPANY, SEEDS)
    asked = [form_of(case.request())["token"] for _ in range(3)]
    assert asked == ["access_2", "access_1", "access_2"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("bare", answer(503, {})),
        ("token_client_credentials", answer(401, {"error": "invalid_client"})),
        ("token_refresh", answer(200, {"access_token": "without a successor"})),
        ("introspection", answer(200, {"active": False})),
        ("authorize", Answer(303, "HTTP/1.1 303\r\nLocation: /?error=invalid_request", b"")),
        ("par", answer(201, {"expires_in": 60})),
    ],
)
def test_an_answer_of_another_kind_ends_the_measurement(name, wrong):
    case = CASES[name](COMPANY, SEEDS)
    case.request()
    with pytest.raises(UnexpectedAnswer):
        case.take(wrong)


def test_a_job_comes_back_as_it_was_written_and_shares_its_tokens_out():
    job = Job(8000, "token_refresh", 2, 10, 0.1, 0.2, COMPANY, SEEDS)
    assert Job.parse(job.written()) == job
    asked = [form_of(job.case_of(number).request())["refresh_token"] for number in range(2)]
    assert asked == ["refresh_1", "refresh_2"]


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_an_answer_is_read_however_it_arrives(size):
    whole = b'HTTP/1.1 200 OK\r\ncontent-LENGTH: 15\r\nX: y\r\n\r\n{"active":true}'
    parts = [whole[at : at + size] for at in range(0, len(whole), size)]

    async def more():
        return parts.pop(0)

    read = await read_answer(more)
    assert (read.status, read.body) == (200, b'{"active":true}')


@pytest.mark.parametrize("sent", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200"])
async def test_an_answer_without_a_length_or_an_end_is_refused(sent):
    parts = [sent, b""]

    async def more():
        return parts.pop(0)

    with pytest.raises(UnexpectedAnswer):
        await read_answer(more)


def test_quantiles_are_of_what_was_measured():
    seconds = [number / 1000 for number in range(1, 101)]
    assert quantile_ms(seconds, 0.5) == pytest.approx(51)
    assert quantile_ms(seconds, 0.99) == pytest.approx(100)
    assert quantile_ms([0.001], 0.99) == pytest.approx(1)


def test_the_load_warms_up_waits_for_the_word_and_tells_its_figures(capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=_answer_everything, args=(listener,))
        server.start()
        read, write = os.pipe()
        with os.fdopen(read) as words, os.fdopen(write, "w") as speaker:
            speaker.write("go\n")
            speaker.flush()
            monkeypatch.setattr("sys.stdin", words)
            port = listener.getsockname()[1]
            asyncio.run(run(Job(port, "bare", 1, 3, 10.0, 0.05, COMPANY, SEEDS)))
        server.join()
    ready, told = capsys.readouterr().out.splitlines()
    assert ready == "ready"
    done = json.loads(told)
    assert done["requests"] > 0
    assert done.keys() == {"requests", "rps", "p50_ms", "p99_ms"}


def _answer_everything(listener):
    connection, _ = listener.accept()
    with connection:
        while connection.recv(65_536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_what_a_process_computes_is_counted_with_its_children():
    burn = "sum(range(3_000_000))"
    before = processes.cpu_s(os.getpid())
    command = [sys.executable, "-c", f"{burn}; input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert processes.parent(child.pid) == os.getpid()
        assert child.pid in processes.children(os.getpid())
        child.stdin.write(b"\n")
        child.stdin.flush()
        assert processes.family_cpu_s(os.getpid()) >= processes.cpu_s(child.pid)
    assert processes.cpu_s(os.getpid()) > before


def test_the_document_has_every_case_and_the_ratios_that_are_promised(monkeypatch):
    monkeypatch.setattr(node, "version", lambda: "oidc-provider 9, Node 22")
    cpu_us = {SQLITE: 150.0, POSTGRESQL: 300.0, MEMORY: 200.0}
    measured = [figures(case, store, cpu_us[store]) for case in CASES for store in STORES]
    measured += [figures("token_refresh", SQLITE, 500.0), figures("bare", SQLITE, 1.0, 1)]
    document = json.loads(json.dumps(report.report(measured, Plan(tuple(CASES), (1, 8), 3, 1.0))))
    for case in document["cases"]:
        assert case.keys() >= {"case", "store", "cpu_us", "rps", "p50_ms", "p99_ms"}
        assert ("database_cpu_us" in case) is (case["store"] == POSTGRESQL)
    assert document["ratios"]["introspection_vs_oidc_provider_sqlite"] == 0.75
    assert document["ratios"]["introspection_vs_oidc_provider_postgresql"] == 1.5
    # The worse of the two ways to a token.
    assert document["ratios"]["token_vs_oidc_provider_sqlite"] == 2.5
    assert document["ratios"]["token_vs_oidc_provider_postgresql"] == 1.5
    assert all(name in report.table(document) for name in (*CASES, *document["ratios"]))


def test_a_case_that_was_left_out_has_no_ratio():
    measured = [figures("token_refresh", store, 1.0) for store in STORES]
    assert not any(name.startswith("token_vs") for name in report.ratios(measured))


def test_without_node_the_message_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(node, "INSTALLED", tmp_path / "nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        node.NodeMissing, match=r"(?s)npm is not in PATH.*apt-get install nodejs npm"
    ):
        node.install()


def test_the_peer_is_pinned_by_hashes_and_bound_to_no_registry():
    lock = json.loads(node.LOCK.read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages["node_modules/oidc-provider"]["version"].startswith("9.")
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
