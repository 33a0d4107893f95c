"""The encoder at run time: an ONNX graph in eight-bit integers, one thread, no torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from context.engines.wording import word

MAX_TOKENS = 96
"""Tokens of a post that are read; what follows is ignored, so that no post is dear."""
WIDTH = 384
_ALIKE = 0.97
"""Cosine to the expected reading below which the processor is taken to compute wrongly."""


class EncoderError(RuntimeError):
    """The encoder does not compute here what it computed when it was made."""


@dataclass(frozen=True, slots=True, repr=False)
class Encoded:
    """What the encoder makes of posts.

    Attributes:
        tone: Shape (posts, 384): how it is said.
        meaning: Shape (posts, 384): what it is about; rows of unit length.
    """

    tone: NDArray[np.float32]
    meaning: NDArray[np.float32]


class Encoder:
    """Reads posts into numbers, each post as if there were no other.

    The scales of the integers are taken from what is computed together (dynamic quantisation), so
    that posts of a batch would sway each other's numbers. One by one they do not, and it takes no
    longer: nothing is padded, and all of it stays in the cache.

    Args:
        graph: The ONNX graph, serialised.
        tokenizer: The tokenizer as JSON.
    """

    def __init__(self, graph: bytes, tokenizer: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str], about: Sequence[str] | None = None) -> Encoded:
        """Return tone and meaning of posts; zeros for empty ones.

        Args:
            texts: Posts as their provider gave them.
            about: For each post a term it is read with regard to, if any.
        """
        tone = np.zeros((len(texts), WIDTH), dtype=np.float32)
        meaning = np.zeros((len(texts), WIDTH), dtype=np.float32)
        worded = [word(text) for text in texts]
        pairs = worded if about is None else list(zip(about, worded, strict=True))
        for row, cut in enumerate(self._tokenizer.encode_batch(pairs)):
            if not worded[row].strip():
                continue
            fed = {"ids": cut.ids, "mask": cut.attention_mask, "kinds": cut.type_ids}
            given = {name: np.array([numbers], dtype=np.int64) for name, numbers in fed.items()}
            tone[[row]], meaning[[row]] = self._session.run(["tone", "meaning"], given)
        return Encoded(tone, meaning)

    def check(self, texts: Sequence[str], expected: Encoded) -> None:
        """Compare with what was computed when the encoder was made.

        Args:
            texts: The texts that were read then.
            expected: What they were read as.

        Raises:
            EncoderError: If this processor computes something else (eight-bit products overflow
                on some without VNNI).
        """
        found = self.encode(texts)
        lowest = min(
            float(_cosines(found.tone, expected.tone).min()),
            float(_cosines(found.meaning, expected.meaning).min()),
        )
        if not lowest >= _ALIKE:
            raise EncoderError("the encoder computes wrongly on this processor")


def _cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(axis=1) / np.maximum(norms, 1e-9), dtype=np.float64)
