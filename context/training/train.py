"""Training from scratch: the encoder, then the heads of both engines."""

from collections.abc import Callable
from pathlib import Path

from context.training.fit import Fitting
from context.training.labelled import DataError

_ENCODER = 0.75
"""Part of the whole that the encoder takes."""


def train(
    data: Path,
    out: Path,
    work: Path,
    progress: Callable[[str, float], None],
    *,
    keep_encoder: bool = False,
) -> None:
    """Train both engines and write their artefacts with checksums.

    Args:
        data: Folder of the training data.
        out: Folder for the artefacts.
        work: Folder for what is computed on the way.
        progress: Called with what is being done and the part done so far, 0 to 1.
        keep_encoder: Whether to fit heads over the encoder that is in ``out``.

    Raises:
        DataError: If the data is missing or malformed, or what training needs is not installed.
    """
    if not keep_encoder:
        try:
            from context.training.encoder import tune  # noqa: PLC0415 - torch is for training only
            from context.training.export import export  # noqa: PLC0415 - likewise
        except ImportError as error:
            raise DataError(
                f"{error.name} is not installed: training needs the dependency group 'training'"
            ) from error
        work.mkdir(parents=True, exist_ok=True)
        tune(data, work / "encoder.pt", lambda step, part: progress(step, _ENCODER * part))
        progress("exporting the encoder", _ENCODER)
        export(work / "encoder.pt", out, work)
    first = 0.0 if keep_encoder else _ENCODER
    fitting = Fitting(
        data, out, work, lambda step, part: progress(step, first + (1 - first) * part)
    )
    fitting.fit_full()
    fitting.fit_light()
    progress("done", 1.0)
