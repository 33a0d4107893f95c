"""Scopes: nothing is ever given that was not asked for, registered and granted."""

from authlib.oauth2.rfc6749.errors import InvalidScopeError
from hypothesis import given
from hypothesis import strategies as st

from oauth.server.scopes import (
    LOOKUP_SCOPE,
    OPENID_SCOPE,
    OWN_SCOPES,
    narrowed,
    own_scope,
    requested_sections,
    scope_of,
)

KNOWN = ("topics", "sentiment", "network", "rhythm")
some_sections = st.lists(st.sampled_from(KNOWN), unique=True)
any_scope = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [*(f"context:{name}" for name in KNOWN), *OWN_SCOPES, OPENID_SCOPE, "context:", "x", ""]
        )
    ).map(" ".join),
)


@given(granted=some_sections, requested=any_scope)
def test_check_23_a_refresh_gives_a_part_of_what_was_granted_or_refuses(granted, requested):
    scope = scope_of(granted)
    try:
        given_now = narrowed(scope, requested)
    except InvalidScopeError:
        assert requested is not None
        assert not requested.split() or set(requested.split()) - set(scope.split())
        return
    assert set(given_now.split()) <= set(scope.split())
    assert set(given_now.split()) == set((scope if requested is None else requested).split())


@given(registered=some_sections, requested=any_scope)
def test_a_request_reaches_only_registered_sections_in_a_fixed_order(registered, requested):
    try:
        sections, signs_in = requested_sections(requested, registered, KNOWN)
    except InvalidScopeError:
        allowed = {OPENID_SCOPE, *(f"context:{name}" for name in registered)}
        assert set(requested.split()) - allowed
        return
    assert set(sections) <= set(registered)
    assert list(sections) == sorted(sections, key=KNOWN.index)
    assert set(scope_of(sections, signs_in=signs_in).split()) == set((requested or "").split())


@given(requested=any_scope)
def test_without_a_customer_no_scope_names_a_section(requested):
    try:
        scopes = own_scope(requested).split()
    except InvalidScopeError:
        assert not requested.split() or set(requested.split()) - set(OWN_SCOPES)
        return
    assert set(scopes) <= set(OWN_SCOPES)
    assert set(scopes) == set((LOOKUP_SCOPE if requested is None else requested).split())
