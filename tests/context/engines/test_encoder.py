"""The encoder's check of itself, and what stands in where it fails."""

import numpy as np
import pytest

from context.artefacts import CHECKSUMS, DATA
from context.engines import models
from context.engines.encoder import Encoded, Encoder, EncoderError
from context.engines.models import CHECKED, ENCODER, TOKENIZER, load_engine_that_works


@pytest.fixture(scope="module")
def encoder():
    return Encoder((DATA / ENCODER).read_bytes(), (DATA / TOKENIZER).read_text("utf-8"))


def test_an_encoder_that_reads_as_when_it_was_made_passes(encoder):
    encoder.check(CHECKED, encoder.encode(CHECKED))


@pytest.mark.parametrize("spoilt", ["tone", "meaning"])
def test_an_encoder_that_reads_otherwise_is_refused(encoder, spoilt):
    right = encoder.encode(CHECKED)
    wrong = {"tone": right.tone, "meaning": right.meaning}
    wrong[spoilt] = np.roll(wrong[spoilt], 1, axis=1)
    with pytest.raises(EncoderError, match="this processor"):
        encoder.check(CHECKED, Encoded(**wrong))


def test_where_the_encoder_computes_wrongly_the_light_engine_reads(monkeypatch):
    def wrong(*_):
        raise EncoderError("the encoder computes wrongly on this processor")

    monkeypatch.setattr(Encoder, "check", wrong)
    models.load_engine.cache_clear()
    try:
        engine, failed = load_engine_that_works("full")
    finally:
        models.load_engine.cache_clear()
    assert engine.name.startswith("light/")
    assert isinstance(failed, EncoderError)


def test_the_engine_asked_for_reads_where_it_works():
    engine, failed = load_engine_that_works("full")
    assert engine.name.startswith("full/")
    assert failed is None


def test_a_post_read_about_something_reads_otherwise(encoder):
    text = ["tea was lovely, the train was late"]
    tea, train = encoder.encode(text, ["tea"]), encoder.encode(text, ["train"])
    assert not np.allclose(tea.tone, train.tone, atol=0.05)


def test_every_artefact_that_ships_has_a_checksum():
    named = {line.split()[-1] for line in (DATA / CHECKSUMS).read_text().splitlines()}
    binary = {path.name for path in DATA.iterdir() if path.suffix in {".npz", ".onnx", ".json"}}
    assert binary == named
