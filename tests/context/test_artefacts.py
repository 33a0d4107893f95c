from hashlib import sha256

import numpy as np
import pytest

from context.artefacts import CHECKSUMS, ModelError, read_arrays, write_arrays


def test_arrays_come_back_as_they_were(tmp_path):
    write_arrays(tmp_path / "one.npz", {"a": np.arange(3), "b": np.ones((2, 2), np.float16)})
    write_arrays(tmp_path / "two.npz", {"a": np.zeros(1)})
    found = read_arrays("one.npz", tmp_path)
    assert found["a"].tolist() == [0, 1, 2]
    assert found["b"].dtype == np.float16
    assert len((tmp_path / CHECKSUMS).read_text().splitlines()) == 2


def test_equal_arrays_give_equal_bytes(tmp_path):
    for folder in ("x", "y"):
        write_arrays(tmp_path / folder / "one.npz", {"a": np.arange(9)})
    assert (tmp_path / "x/one.npz").read_bytes() == (tmp_path / "y/one.npz").read_bytes()


def test_an_altered_file_is_refused(tmp_path):
    write_arrays(tmp_path / "one.npz", {"a": np.arange(3)})
    data = bytearray((tmp_path / "one.npz").read_bytes())
    data[-1] ^= 1
    (tmp_path / "one.npz").write_bytes(data)
    with pytest.raises(ModelError, match="checksum"):
        read_arrays("one.npz", tmp_path)


def test_a_missing_file_or_checksum_is_told(tmp_path):
    with pytest.raises(ModelError, match="install again"):
        read_arrays("one.npz", tmp_path)
    (tmp_path / "one.npz").write_bytes(b"x")
    with pytest.raises(ModelError, match="install again"):
        read_arrays("one.npz", tmp_path)
    (tmp_path / CHECKSUMS).write_text("")
    with pytest.raises(ModelError, match="checksum"):
        read_arrays("one.npz", tmp_path)


def test_objects_are_never_unpickled(tmp_path):
    path = tmp_path / "one.npz"
    with path.open("wb") as file:
        np.savez(file, a=np.array([{}], dtype=object))
    _note_checksum(path)
    with pytest.raises(ModelError, match="no archive"):
        read_arrays("one.npz", tmp_path)


def _note_checksum(path):
    digest = sha256(path.read_bytes()).hexdigest()
    (path.parent / CHECKSUMS).write_text(f"{digest}  {path.name}\n")
