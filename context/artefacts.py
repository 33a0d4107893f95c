"""Files of numbers that ship with the engine, each checked against its checksum when loaded."""

import hashlib
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
"""Folder of the shipped artefacts."""
CHECKSUMS = "SHA256SUMS"
"""File in that folder with a line ``hex digest, two spaces, file name`` per artefact."""


class ModelError(RuntimeError):
    """A shipped artefact is missing, altered or unreadable: install again, or train it anew."""


def read_checked(name: str, folder: Path = DATA) -> bytes:
    """Return the bytes of an artefact once its checksum was found right.

    Args:
        name: File name, such as ``encoder.onnx``.
        folder: Folder that holds it and its checksums.

    Raises:
        ModelError: If the file or its checksum is missing, or they do not match.
    """
    try:
        data = (folder / name).read_bytes()
        expected = _read_checksums(folder).get(name)
    except FileNotFoundError as error:
        raise ModelError(f"{folder} has no {name}, or no checksum of it: install again") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{name} or its checksum cannot be read: install again") from error
    if expected != hashlib.sha256(data).hexdigest():
        raise ModelError(f"{name} does not match its checksum: install the package again")
    return data


def read_arrays(name: str, folder: Path = DATA) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of an ``.npz`` artefact once its checksum was found right.

    Never unpickles.

    Args:
        name: File name, such as ``light.npz``.
        folder: Folder that holds it and its checksums.

    Raises:
        ModelError: If the file or its checksum is missing, or they do not match.
    """
    data = read_checked(name, folder)
    try:
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (ValueError, BadZipFile, OSError, EOFError) as error:
        raise ModelError(f"{name} is no archive of arrays: train it anew") from error


def write_arrays(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write arrays as an ``.npz`` artefact and note its checksum beside it.

    Equal arrays give equal bytes, since numpy stamps its archive members with a fixed time.

    Args:
        path: The file to write; its folder is made if need be.
        arrays: Arrays by name, none of objects.
    """
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_checked(path, buffer.getvalue())


def write_checked(path: Path, data: bytes) -> None:
    """Write an artefact and note its checksum beside it.

    Args:
        path: The file to write; its folder is made if need be.
        data: Its bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    known = _read_checksums(path.parent) if (path.parent / CHECKSUMS).exists() else {}
    known[path.name] = hashlib.sha256(data).hexdigest()
    lines = [f"{digest}  {name}\n" for name, digest in sorted(known.items())]
    (path.parent / CHECKSUMS).write_text("".join(lines), "ascii")


def _read_checksums(folder: Path) -> dict[str, str]:
    lines = (folder / CHECKSUMS).read_text("ascii").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
