"""Signing in through the campus's provider: the right person gets in, a lie does not."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from companion.staff.people import Role
from tests.fakes.desk_visitor import account, actions, later, visitor
from tests.fakes.openid_provider import CLIENT, SECRET, Provider

OWN, SIGNIN = "/desk/account", "/desk/signin"
START = "/desk/provider"
_HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture
def provider(campus):
    provider = Provider(campus.clock.now)
    provider.person = {
        "sub": "u-17",
        "email": "li@example.edu",
        "email_verified": True,
        "preferred_username": "li",
    }
    yield provider
    provider.close()


@pytest.fixture
def campus_desk(make_web, provider):
    return make_web(oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET)


@pytest.fixture
def guest(campus_desk):
    """Somebody with an account that was made for the provider: without a password."""
    account(campus_desk.campus, "li@example.edu", password=None, secret=None)
    return visitor(campus_desk)


def _go(guest, wish=""):
    """Go to the provider, and return the address it sends the browser back to."""
    start = guest.client.get(START + wish, headers=_HTML, follow_redirects=False)
    assert start.status_code == HTTPStatus.SEE_OTHER
    answer = httpx.get(start.headers["location"])
    return answer.headers["location"].removeprefix("http://testserver")


def _comes_in(guest, wish=""):
    return guest.get(_go(guest, wish))


def test_the_campus_account_opens_the_desk_without_another_code(campus_desk, guest):
    assert START in guest.get(SIGNIN).text

    answer = _comes_in(guest, f"?next={OWN}?x=1")

    assert str(answer.url).endswith(f"{OWN}?x=1")
    assert answer.status_code == HTTPStatus.OK
    assert actions(campus_desk.campus) == ["account.change", "staff.signin"]


def test_what_the_provider_is_asked_cannot_be_replayed_or_guessed(guest, provider):
    _comes_in(guest)
    first = provider.asked
    _comes_in(visitor_like(guest))

    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 32
        assert provider.asked[name] != first[name]
    assert first["redirect_uri"] == "http://testserver/desk/provider/back"


def test_once_bound_an_account_stays_with_its_subject(campus_desk, guest, provider):
    _comes_in(guest)
    provider.person |= {"sub": "u-18"}  # the address was given to somebody else

    answer = _comes_in(visitor(campus_desk))

    assert answer.url.path == SIGNIN
    assert "There is no desk account" in answer.text


def test_a_person_keeps_the_account_under_a_new_address(campus_desk, guest, provider):
    _comes_in(guest)
    provider.person |= {"email": "li.married@example.edu"}

    assert _comes_in(visitor(campus_desk), f"?next={OWN}").url.path == OWN


def test_an_address_that_was_not_proven_opens_no_account(guest, provider):
    provider.person |= {"email_verified": False}

    assert _comes_in(guest).url.path == SIGNIN


def test_a_name_at_the_provider_does_not_open_an_account_that_is_in_somebodys_hands(
    campus_desk, provider
):
    account(campus_desk.campus, "root", role=Role.ADMIN)
    provider.person = {"sub": "u-99", "preferred_username": "root"}

    assert _comes_in(visitor(campus_desk)).url.path == SIGNIN


def test_who_also_has_a_one_time_password_chooses_their_own_after_coming_in(campus_desk, provider):
    account(campus_desk.campus, "li@example.edu", once=True, secret=None)

    assert _comes_in(visitor(campus_desk)).url.path == "/desk/setup"


def test_a_stranger_to_the_desk_gets_no_account(campus_desk, provider):
    answer = _comes_in(visitor(campus_desk))

    assert answer.url.path == SIGNIN
    assert actions(campus_desk.campus) == ["staff.failed"]


def test_an_account_out_of_use_is_not_opened_by_the_provider(campus_desk, guest):
    campus = campus_desk.campus
    with campus.store.transaction() as tx:
        tx.members.disable(tx.members.find("li@example.edu").id, now=campus.clock.now())

    assert _comes_in(guest).url.path == SIGNIN


def _unsigned():
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'sub': 'u-17'})}."


@pytest.mark.parametrize(
    "lie",
    [
        lambda p: setattr(p, "forges", True),
        lambda p: setattr(p, "token", _unsigned()),
        lambda p: setattr(p, "token", ""),
        lambda p: setattr(p, "twist", lambda c: c.update(nonce="another")),
        lambda p: setattr(p, "twist", lambda c: c.pop("nonce")),
        lambda p: setattr(p, "twist", lambda c: c.update(aud="another")),
        lambda p: setattr(p, "twist", lambda c: c.update(aud=[CLIENT, "another"])),
        lambda p: setattr(p, "twist", lambda c: c.update(azp="another")),
        lambda p: setattr(p, "twist", lambda c: c.update(iss="http://127.0.0.1:1")),
        lambda p: setattr(p, "twist", lambda c: c.update(exp=c["iat"] - 100)),
        lambda p: setattr(p, "twist", lambda c: c.update(iat=c["iat"] + 1000)),
        lambda p: setattr(p, "twist", lambda c: c.pop("sub")),
        lambda p: setattr(p, "twist", lambda c: c.pop("exp")),
        lambda p: p.close(),
    ],
    ids=[
        *("signature", "unsigned", "no token", "nonce", "no nonce", "audience"),
        *("several audiences", "party", "issuer", "expired", "tomorrow", "no subject"),
        *("no end", "gone"),
    ],
)
def test_a_token_that_does_not_hold_opens_nothing(guest, provider, lie):
    back = _go(guest)
    lie(provider)

    answer = guest.get(back)

    assert answer.url.path == SIGNIN
    assert "campus sign-in did not work" in answer.text


def test_who_says_no_at_the_provider_is_back_at_the_door(guest, provider):
    provider.refuses = True

    assert _comes_in(guest).url.path == SIGNIN


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(campus_desk, guest):
    back = _go(guest)
    state = parse_qs(urlsplit(back).query)["state"][0]

    other = visitor(campus_desk)
    assert other.get(back).url.path == SIGNIN
    assert guest.get(back.replace(state, "made-up")).url.path == SIGNIN
    assert guest.get("/desk/provider/back").url.path == SIGNIN
    assert guest.get(OWN).url.path == SIGNIN


def test_somebody_who_takes_too_long_begins_anew(campus_desk, guest):
    back = _go(guest)
    later(campus_desk.campus, minutes=10)

    assert guest.get(back).url.path == SIGNIN


def test_new_keys_of_the_provider_are_found(campus_desk, guest, provider):
    _comes_in(guest)
    provider.turn_keys()

    assert _comes_in(visitor(campus_desk), f"?next={OWN}").url.path == OWN


def test_with_the_provider_away_a_desk_password_still_opens(campus_desk, provider):
    account(campus_desk.campus, "wang")
    provider.close()
    wang = visitor(campus_desk)

    assert "campus sign-in did not work" in wang.get(START).text
    wang.sign_in("wang", to=OWN)
    assert wang.where == OWN


def test_without_a_provider_there_is_no_way_to_one(web):
    wang = visitor(web)

    assert START not in wang.get(SIGNIN).text
    assert wang.get(START).url.path == SIGNIN


def visitor_like(guest):
    return type(guest)(type(guest.client)(guest.client.app), guest.now)
