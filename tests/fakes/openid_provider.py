"""A campus's OpenID Connect provider, in a thread: faithful, or lying in one named way."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "nuanyu", "a secret of the desk"  # pragma: allowlist secret


@dataclass
class Provider:
    """Signs in whoever `person` says, without asking."""

    now: Callable[[], Any]
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-17"})
    #: Puts claims wrong before they are signed.
    twist: Callable[[dict[str, Any]], None] = lambda claims: None
    #: Signs with a key that is not in the published set.
    forges: bool = False
    #: The token itself, when it is none that the provider made.
    token: str | None = None
    refuses: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.turn_keys()
        self._stranger = RSAKey.generate_key(2048, {"kid": self.key.kid})
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def turn_keys(self) -> None:
        """Sign with a new key from now on, as providers do every few weeks."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def describe(self) -> dict[str, Any]:
        """Answer the discovery."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        self.asked = asked
        if self.refuses:
            back = {"error": "access_denied", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(8)
            self._codes[code] = asked
            back = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def exchange(self, form: dict[str, str]) -> dict[str, str] | None:
        """Return the token for a code, once, to the application that began with it."""
        began = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            began is None
            or form.get("client_secret") != SECRET
            or form.get("redirect_uri") != began["redirect_uri"]
            or base64.urlsafe_b64encode(digest).decode().rstrip("=") != began["code_challenge"]
        ):
            return None
        return {"token_type": "Bearer", "access_token": "x", "id_token": self._sign(began)}

    def _sign(self, began: dict[str, str]) -> str:
        if self.token is not None:
            return self.token
        now = int(self.now().timestamp())
        claims = self.person | {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": began["nonce"],
        }
        self.twist(claims)
        key = self._stranger if self.forges else self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        if place.path == "/authorize":
            self.send_response(303)
            self.send_header("Location", self.provider.authorize(dict(parse_qsl(place.query))))
            self.end_headers()
        elif place.path == "/keys":
            self._answer({"keys": [self.provider.key.as_dict(private=False)]})
        else:
            self._answer(self.provider.describe())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        token = self.provider.exchange(dict(parse_qsl(body)))
        self._answer(token or {"error": "invalid_grant"}, 200 if token else 400)

    def _answer(self, body: dict[str, Any], status: int = 200) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
