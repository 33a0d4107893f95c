"""The keys by which providers know us: derived alike everywhere, and withdrawn by generation."""

import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from app.store.secrets import Vault
from app.usecases.client_keys import client_keys, public_keys
from app.usecases.description import Description
from app.usecases.registrations import Identity

OTHER = Vault(bytes(range(1, 33)))


def ids(keys):
    return [json.loads(key)["kid"] for key in keys]


def test_every_replica_has_the_same_key_and_nobody_else(vault):
    assert client_keys(vault, 1) == client_keys(vault, 1)
    assert not set(client_keys(vault, 1)) & set(client_keys(OTHER, 1))


def test_a_new_key_stands_beside_the_one_before_which_then_goes(vault):
    first, second, third = (ids(client_keys(vault, number)) for number in (1, 2, 3))
    assert [len(first), len(second), len(third)] == [1, 2, 2]
    assert second[1:] == first
    assert third[1:] == second[:1]
    assert not set(first) & set(third)


def test_what_is_signed_by_a_key_is_verified_by_what_is_published(vault):
    keys = client_keys(vault, 2)
    published = {key["kid"]: key for key in public_keys(keys)["keys"]}
    for key in map(json.loads, keys):
        signed = jwt.encode({"alg": "ES256"}, {"a": 1}, ECKey.import_key(key))
        public = ECKey.import_key(published[key["kid"]])
        assert jwt.decode(signed, public, algorithms=["ES256"]).claims == {"a": 1}
        assert key["kid"] == public.thumbprint()


def test_nothing_private_is_published(vault):
    keys = client_keys(vault, 2)
    identity = Identity(
        "Milieu", "https://m.example", "https://m.example/back", "https://m.example/d"
    )
    described = Description(identity, ("atproto",), keys)
    shown = json.dumps([described.document(), described.keys()])
    assert '"d"' not in shown
    assert not any(json.loads(key)["d"] in shown for key in keys)
    assert {key["use"] for key in described.keys()["keys"]} == {"sig"}


@pytest.mark.parametrize("generation", range(1, 6))
def test_keys_are_on_the_curve(vault, generation):
    for key in client_keys(vault, generation):
        assert ECKey.import_key(json.loads(key)).curve_name == "P-256"
