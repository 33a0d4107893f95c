"""Verified links: who names whom, and what it proves and what not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.presence import Presence
from app.usecases.verified_links import naming, verified_links

PLACES = ("rookery.example/@mara", "blog.example", "shared.example/~mara", "other.example/@mara")
addresses = st.lists(st.sampled_from(PLACES), max_size=3, unique=True).map(tuple)
hosts = st.lists(st.sampled_from(["blog.example", "shared.example"]), max_size=2).map(tuple)
presences = st.dictionaries(
    st.sampled_from(["con_1", "con_2", "con_3"]),
    st.builds(Presence, addresses, addresses, addresses, hosts),
)

ACCOUNT = Presence(addresses=("rookery.example/@mara",))
BLOG = Presence(addresses=("blog.example",))


def both(one: Presence, other: Presence) -> bool:
    found = verified_links({"con_1": one, "con_2": other})
    assert (found["con_1"] == {"con_2"}) is (found["con_2"] == {"con_1"})
    return bool(found["con_1"])


def test_two_that_name_each_other_verify_each_other():
    # Mutation tried: `is_mutual = named`.
    account = replace(ACCOUNT, links=BLOG.addresses)
    blog = replace(BLOG, links=ACCOUNT.addresses)
    assert both(account, blog)
    assert not both(account, BLOG), "naming without being named back proves nothing"
    assert not both(ACCOUNT, blog)


def test_what_a_provider_has_checked_counts_alone():
    # Mutation tried: `checked` not looked at.
    assert both(replace(ACCOUNT, links=BLOG.addresses, checked=BLOG.addresses), BLOG)
    assert not both(replace(ACCOUNT, checked=("elsewhere.example",)), BLOG)


@pytest.mark.parametrize(
    ("address", "holds"),
    [("blog.example", True), ("blog.example/~mara", False), ("www.blog.example", False)],
)
def test_a_verified_domain_speaks_for_the_site_that_is_all_of_it(address: str, holds: bool):
    # Mutation tried: `host_of(address) in one.domains`.
    handle = Presence(addresses=("bsky.example/profile/blog.example",), domains=("blog.example",))
    assert both(handle, Presence(addresses=(address,))) is holds


def test_one_connection_verifies_itself_never():
    # Mutation tried: `one != other` left out.
    selfish = Presence(PLACES, PLACES, PLACES, ("blog.example",))
    assert verified_links({"con_1": selfish}) == {"con_1": frozenset()}


@given(presences, st.sampled_from(["con_1", "con_2", "con_3"]), addresses, addresses, hosts)
def test_more_links_never_take_a_verification_away(before, which, links, checked, domains):
    known = before.get(which, Presence())
    more = replace(
        known,
        links=(*known.links, *links),
        checked=(*known.checked, *checked),
        domains=(*known.domains, *domains),
    )
    then, now = verified_links(before), verified_links(before | {which: more})
    assert all(now[key] >= others for key, others in then.items())


@given(presences)
def test_it_is_mutual_and_takes_somebody_who_says_so(found):
    verified = verified_links(found)
    for one, others in verified.items():
        assert one not in others
        assert all(one in verified[other] for other in others)
    silent = {key: Presence(addresses=presence.addresses) for key, presence in found.items()}
    assert not any(verified_links(silent).values())


def test_naming_tells_the_addresses_of_those_that_name_a_page():
    account = replace(ACCOUNT, links=BLOG.addresses)
    assert naming({"con_1": account, "con_2": BLOG}, "blog.example") == set(ACCOUNT.addresses)
    assert naming({"con_1": ACCOUNT}, "blog.example") == frozenset()
