"""Signing in through an OpenID Connect provider: code flow with PKCE, state and nonce."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from companion.errors import NuanyuError
from infra.settings import Settings

_PATIENCE = 8.0  # seconds for each of the two or three calls
_LEEWAY = 60  # seconds that the provider's clock may be off
_WORD_BYTES = 32
#: Signatures only the provider can make; never "none", never a shared secret.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_SCOPE = "openid profile email"


class ProviderAway(NuanyuError):
    """The sign-in provider does not answer, or not as the standard says."""


class ProviderRefused(NuanyuError):
    """What came from the provider does not prove who somebody is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A sign-in that has begun: where to send the browser, and what it must come back with."""

    url: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who the provider says it is."""

    #: Never given to anybody else by this provider.
    subject: str
    #: What an account may be called before it is bound: a proven e-mail address, a user name.
    names: tuple[str, ...] = field(repr=False)


def make_openid(settings: Settings) -> OpenId | None:
    """Return the client of the provider in the settings; None when there is none."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        return None
    return OpenId(
        issuer=str(settings.oidc_issuer).rstrip("/"),
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
    )


class OpenId:
    """One provider. Safe to share between threads; every call may block for seconds."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str) -> None:
        self._issuer, self._id, self._secret = issuer, client_id, client_secret
        self._lock = Lock()
        self._found: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None

    def start(self, *, back_to: str) -> Started:
        """Begin a sign-in that leads back to an address of ours. Raises ProviderAway."""
        state, nonce, verifier = (secrets.token_urlsafe(_WORD_BYTES) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._id,
            "redirect_uri": back_to,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        place = self._discover()["authorization_endpoint"]
        joint = "&" if "?" in place else "?"
        url = f"{place}{joint}{urlencode(asked)}"
        return Started(url=url, state=state, nonce=nonce, verifier=verifier)

    def finish(
        self, code: str, *, back_to: str, verifier: str, nonce: str, now: datetime
    ) -> Person:
        """Exchange a code for who it is. Raises ProviderAway or ProviderRefused."""
        answer = self._post_code(code, back_to=back_to, verifier=verifier)
        claims = self._claims(str(answer.get("id_token", "")))
        self._check(claims, nonce=nonce, now=now)
        names = [claims.get("preferred_username")]
        if claims.get("email_verified") is True:
            names.insert(0, claims.get("email"))
        return Person(
            subject=f"{self._issuer} {claims['sub']}",
            names=tuple(name for name in names if isinstance(name, str) and name),
        )

    def _post_code(self, code: str, *, back_to: str, verifier: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "code_verifier": verifier,
            "client_id": self._id,
            "client_secret": self._secret,
        }
        return self._call("POST", self._discover()["token_endpoint"], form=form)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            pass
        # Providers change their keys: look once more before refusing.
        try:
            return jwt.decode(token, self._key_set(anew=True), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            raise ProviderRefused("the token's signature is not the provider's") from None

    def _check(self, claims: dict[str, Any], *, nonce: str, now: datetime) -> None:
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": str(self._discover()["issuer"])},
            aud={"essential": True, "value": self._id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(claims)
        except JoseError as error:
            raise ProviderRefused(f"the token does not hold: {error.error}") from None
        for_whom = claims["aud"]
        several = isinstance(for_whom, list) and len(for_whom) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._id:
            raise ProviderRefused("the token was made for another application")

    def _key_set(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            known = self._keys
        if known is None or anew:
            found = self._call("GET", self._discover()["jwks_uri"])
            try:
                known = KeySet.import_key_set({"keys": list(found["keys"])})
            except (JoseError, KeyError, TypeError, ValueError):
                raise ProviderAway("the provider's keys cannot be read") from None
            with self._lock:
                self._keys = known
        return known

    def _discover(self) -> Mapping[str, Any]:
        with self._lock:
            found = self._found
        if found is None:
            found = self._call("GET", f"{self._issuer}/.well-known/openid-configuration")
            needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(found.get(name), str) for name in needed):
                raise ProviderAway("the provider's description lacks an address")
            if str(found["issuer"]).rstrip("/") != self._issuer:
                raise ProviderAway("the provider's description names another issuer")
            with self._lock:
                self._found = found
        return found

    def _call(
        self, method: str, url: str, *, form: dict[str, str] | None = None
    ) -> Mapping[str, Any]:
        try:
            answer = httpx.request(method, url, data=form, timeout=_PATIENCE)
            body = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderAway(f"the provider does not answer: {type(error).__name__}") from None
        if not isinstance(body, dict):
            raise ProviderAway("the provider answered something else than an object")
        if not answer.is_success:
            # A code that was used, or made for somebody else, is a refusal; 5xx is its trouble.
            kind = ProviderRefused if answer.is_client_error else ProviderAway
            raise kind(f"the provider answered {answer.status_code}")
        return body
