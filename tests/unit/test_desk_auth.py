"""Passwords and second factors: what is kept, what is taken, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from infra.desk_auth import (
    ONCE_FOR,
    check_password,
    hash_password,
    is_once,
    new_password,
    new_totp_secret,
    password_fault,
    totp_address,
    totp_step,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
GOOD = "five blue herons at dawn"  # pragma: allowlist secret


def test_a_password_is_kept_as_an_argon2id_hash_of_its_own():
    first, second = hash_password(GOOD), hash_password(GOOD)

    assert first.startswith("$argon2id$")
    assert first != second
    assert check_password(first, GOOD, now=NOW).ok
    assert not check_password(first, GOOD + " ", now=NOW).ok


@pytest.mark.parametrize("kept", [None, "", "not a hash", "once 2026-12-01T00:00:00+00:00 no hash"])
def test_where_nothing_usable_is_kept_no_password_fits(kept):
    assert not check_password(kept, GOOD, now=NOW).ok
    assert not check_password(kept, "", now=NOW).ok


def test_a_hash_of_older_parameters_is_replaced_at_the_next_sign_in():
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)

    checked = check_password(old, GOOD, now=NOW)

    assert checked.ok
    assert checked.rehashed is not None
    assert check_password(checked.rehashed, GOOD, now=NOW).rehashed is None
    assert check_password(old, "wrong", now=NOW).rehashed is None
    assert GOOD not in repr(checked)


def test_a_one_time_password_says_so_and_ends():
    once = new_password()
    kept = hash_password(once, once_until=NOW + ONCE_FOR)

    assert is_once(kept)
    assert not is_once(hash_password(GOOD))
    assert not is_once(None)
    assert check_password(kept, once, now=NOW + ONCE_FOR - timedelta(seconds=1)).ok
    assert not check_password(kept, once, now=NOW + ONCE_FOR).ok


def test_one_time_passwords_are_easy_to_read_out_and_never_the_same():
    made = {new_password() for _ in range(50)}

    assert len(made) == 50
    assert not set("l1o0") & set("".join(made))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        (GOOD, None),
        ("七只灰雁在黄昏飞过湖面上空", None),
        ("elevenchars", "short"),
        ("x" * 201, "long"),
        ("abababababab", "simple"),
        ("the LI account", "login"),
    ],
)
def test_what_a_new_password_must_be(password, fault):
    assert password_fault(password, login="li") == fault


def test_a_code_fits_its_half_minute_and_the_ones_beside_it():
    secret = new_totp_secret()
    code = pyotp.TOTP(secret).at(NOW)
    step = int(NOW.timestamp()) // 30

    for seconds in (-30, 0, 29, 59):
        assert totp_step(secret, code, now=NOW + timedelta(seconds=seconds)) == step
    assert totp_step(secret, f" {code[:3]} {code[3:]} ", now=NOW) == step
    for wrong in ("", "12345", "abcdef", code + "0", "１２３４５６"):
        assert totp_step(secret, wrong, now=NOW) is None
    assert totp_step(secret, code, now=NOW + timedelta(seconds=60)) is None


def test_the_address_for_the_app_names_the_campus_and_the_login():
    address = totp_address(new_totp_secret(), login="li", issuer="示范大学")

    assert address.startswith("otpauth://totp/")
    assert "issuer=%E7%A4%BA" in address
