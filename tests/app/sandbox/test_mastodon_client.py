"""Mastodon.py, which we did not write, uses the network unchanged."""

import httpx
import pytest
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonServiceUnavailableError,
    MastodonUnauthorizedError,
)

from tests.app.sandbox.signing_in import CALLBACK, approve, pkce, sign_in


def test_a_person_signs_in_and_is_recognised(network):
    api = sign_in(network.url, "mara", version_check_mode="created")

    me = api.account_verify_credentials()

    assert (me.username, me.display_name) == ("mara", "Mara Lindqvist")
    assert me.source.language == "en"
    assert api.account(me.id).followers_count == len(network.world.followers("mara"))
    assert api.account_lookup("mara").id == me.id
    assert api.app_verify_credentials().name == "A test"
    assert api.verify_minimum_version("4.3.0")
    assert api.instance().title == api.instance_v1().title == "Rookery"
    assert api.instance_nodeinfo().software.name == "mastodon"
    assert api.instance_health()


def test_every_page_of_her_statuses_together_is_everything_she_wrote(network):
    api = sign_in(network.url, "mara")
    me = api.me()
    written = [status.id for status in network.world.statuses_of("mara", "mara")]

    first = api.account_statuses(me, limit=7)
    everything = api.fetch_remaining(first)

    assert [int(status.id) for status in everything] == written
    assert len(written) >= 60
    assert {status.visibility for status in everything} == {"public", "private", "direct"}


def test_pages_lead_back_to_where_they_came_from(network):
    api = sign_in(network.url, "mara")
    first = api.account_statuses(api.me(), limit=5)
    second = api.fetch_next(first)

    back = api.fetch_previous(second)

    assert [status.id for status in back] == [status.id for status in first]


def test_reading_since_the_last_one_gives_only_what_is_new(network):
    api = sign_in(network.url, "mara")
    me = api.me()
    newest = api.account_statuses(me, limit=1)[0]
    assert api.account_statuses(me, since_id=newest) == []

    posted = network.controls.publish("mara", "A new one.")
    network.clock.forward(seconds=1)

    assert [int(one.id) for one in api.account_statuses(me, since_id=newest)] == [posted.id]
    assert [int(one.id) for one in api.account_statuses(me, min_id=newest)] == [posted.id]
    older = api.account_statuses(me, max_id=posted.id, limit=1)
    assert older[0].id == newest.id


def test_her_home_timeline_is_that_of_her_friends(network):
    api = sign_in(network.url, "mara")
    friends = {account.username for account in api.account_following(api.me(), limit=80)}
    assert friends == {person.handle for person in network.world.following("mara")}
    assert len(friends) >= 12

    first = api.timeline_home(limit=40)
    home = first + api.fetch_next(first)

    expected = [status.id for status in network.world.home_of("mara")]
    assert [int(status.id) for status in home] == expected[:80]
    assert {status.account.username for status in home} <= friends | {"mara"}


def test_whom_she_follows_comes_in_pages_too(network):
    api = sign_in(network.url, "mara")
    pages = api.fetch_remaining(api.account_following(api.me(), limit=5))
    expected = [person.handle for person in network.world.following("mara")]

    assert [account.username for account in pages] == expected[::-1]


def test_strangers_do_not_see_what_is_not_for_them(network):
    secret = network.controls.publish("mara", "Just for @ines.", visibility="direct")
    friends_only = network.controls.publish("mara", "For friends.", visibility="private")
    network.clock.forward(seconds=1)
    friend = sign_in(network.url, "ines")
    nobody = Mastodon(api_base_url=network.url)
    stranger = sign_in(network.url, "tomasz")

    assert friend.status(secret.id).visibility == "direct"
    assert friend.status(friends_only.id).visibility == "private"
    assert stranger.status(friends_only.id).visibility == "private"
    with pytest.raises(MastodonNotFoundError):
        stranger.status(secret.id)
    with pytest.raises(MastodonNotFoundError):
        nobody.status(friends_only.id)
    mara = friend.account_lookup("mara")
    seen = nobody.account_statuses(mara, limit=40)
    assert {status.visibility for status in seen} == {"public"}
    assert str(friends_only.id) not in {status.id for status in seen}


def test_she_posts_and_deletes(network):
    api = sign_in(network.url, "mara")
    posted = api.status_post(
        "Hello @ines, <b>see</b> #moving", visibility="unlisted", idempotency_key="k1"
    )
    again = api.status_post("Hello @ines, <b>see</b> #moving", idempotency_key="k1")

    assert again.id == posted.id
    assert "&lt;b&gt;see&lt;/b&gt;" in posted.content
    assert posted.mentions[0].acct == "ines"
    assert posted.tags[0].name == "moving"
    reply = api.status_post("And more.", in_reply_to_id=posted)
    assert reply.in_reply_to_account_id == api.me().id

    assert api.status_delete(posted).text.startswith("Hello")
    with pytest.raises(MastodonNotFoundError):
        api.status(posted)
    with pytest.raises(MastodonNotFoundError):
        api.status_delete(sign_in(network.url, "ines").status_post("Mine."))


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"status": "  "}, "can't be blank"), ({"status": "x" * 501}, "limit of 500 exceeded")],
)
def test_what_cannot_be_posted_is_refused_in_mastodons_words(network, fields, said):
    with pytest.raises(MastodonAPIError, match=said):
        sign_in(network.url, "mara").status_post(**fields)


def test_a_revoked_token_is_refused(network):
    api = sign_in(network.url, "mara")
    token = api.access_token
    api.revoke_access_token(allow_http=True)

    with pytest.raises(MastodonUnauthorizedError, match="revoked"):
        Mastodon(access_token=token, api_base_url=network.url).me()
    with pytest.raises(MastodonUnauthorizedError, match="The access token is invalid"):
        Mastodon(access_token="never issued", api_base_url=network.url).me()


def test_beyond_the_limit_comes_a_429_until_the_window_ends(network):
    api = sign_in(network.url, "mara", ratelimit_method="throw")
    network.clock.forward(minutes=5)
    network.controls.rate_limit.limit = 3
    for _ in range(3):
        api.me()
    assert (api.ratelimit_limit, api.ratelimit_remaining) == (3, 0)

    with pytest.raises(MastodonRatelimitError):
        api.me()

    network.clock.forward(minutes=5)
    assert api.me().username == "mara"


def test_a_fault_on_order_spoils_exactly_so_many_requests(network):
    api = sign_in(network.url, "mara")
    network.controls.fail_next(2, status=503)

    for _ in range(2):
        with pytest.raises(MastodonServiceUnavailableError):
            api.me()

    assert api.me().username == "mara"


def test_a_code_is_bound_to_its_pkce_challenge(network):
    client_id, client_secret = Mastodon.create_app(
        "A test", ["read"], redirect_uris=CALLBACK, api_base_url=network.url
    )
    api = Mastodon(client_id, client_secret, api_base_url=network.url)
    asked = api.auth_request_url(redirect_uris=CALLBACK, scopes=["read"], allow_http=True)
    verifier, challenge = pkce()
    asked += f"&code_challenge={challenge}&code_challenge_method=S256"
    exchange = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "client_id": client_id,
        "client_secret": client_secret,
    }

    def redeem(**proof):
        code = approve(asked, "mara")["code"]
        return httpx.post(f"{network.url}/oauth/token", data={**exchange, "code": code, **proof})

    assert redeem().json()["error"] == "invalid_grant"
    assert redeem(code_verifier="another").json()["error"] == "invalid_grant"
    token = redeem(code_verifier=verifier).json()["access_token"]
    assert Mastodon(access_token=token, api_base_url=network.url).me().username == "mara"


def test_dropped_apps_are_unknown_afterwards(network):
    api = sign_in(network.url, "mara")
    assert network.controls.drop_apps() == 1

    with pytest.raises(MastodonUnauthorizedError):
        api.me()
    asked = api.auth_request_url(redirect_uris=CALLBACK, allow_http=True)
    assert httpx.get(asked).status_code == 401
