"""Sealed values open for their owner, at their place, with the right key, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.secrets import SealError, Vault

VAULT = Vault(bytes(range(32)))


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_is_sealed_opens_again_and_shows_nothing(value: bytes, place: str):
    box = VAULT.box("cus_1", VAULT.new_data_key("cus_1"))
    sealed = box.seal(value, place)
    assert box.open(sealed, place) == value
    assert len(value) < 4 or value not in sealed


def test_a_value_opens_at_no_other_place_for_no_other_owner_and_not_when_altered():
    wrapped = VAULT.new_data_key("cus_1")
    box = VAULT.box("cus_1", wrapped)
    sealed = box.seal(b"token", "connections.sealed_tokens:con_1")
    with pytest.raises(SealError):
        box.open(sealed, "connections.sealed_tokens:con_2")
    with pytest.raises(SealError):
        VAULT.service.open(sealed, "connections.sealed_tokens:con_1")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(SealError):
            box.open(bytes(altered), "connections.sealed_tokens:con_1")
    with pytest.raises(SealError):
        VAULT.box("cus_2", wrapped)
    with pytest.raises(SealError):
        Vault(bytes(reversed(range(32)))).box("cus_1", wrapped)


def test_sealing_twice_gives_different_bytes():
    assert VAULT.service.seal(b"x", "p") != VAULT.service.seal(b"x", "p")


def test_indexes_and_derived_secrets_depend_on_kind_value_and_deployment():
    other = Vault(bytes(reversed(range(32))))
    assert VAULT.blind_index("email", "a@b.c") == VAULT.blind_index("email", "a@b.c")
    assert (
        len(
            {
                VAULT.blind_index("email", "a@b.c"),
                VAULT.blind_index("email", "a@b.d"),
                VAULT.blind_index("phone", "a@b.c"),
                other.blind_index("email", "a@b.c"),
                VAULT.derive("email", "a@b.c").hex(),
            }
        )
        == 5
    )
