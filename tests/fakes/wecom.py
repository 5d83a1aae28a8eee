"""WeCom's server (企业微信) as far as an application that writes to members depends on it.

with FakeWecom(corp_id="ww1", secret="s", agent_id=7, members={"li"}) as wecom:
    ...point the code under test at wecom.url...
    wecom.sent                  # the messages it took
    wecom.takes_tokens_back()   # 40014 for every token given out so far
    wecom.expires_tokens()      # 42001 for them
    wecom.says(45009)           # the next message is answered so

Member names are compared without case, as WeCom does; a member who may not see the application is
left out of a message that is otherwise taken.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

TITLE_LIMIT, DESCRIPTION_LIMIT, TEXT_LIMIT = 128, 512, 2048  # bytes of UTF-8


class FakeWecom:
    """A server on a free port of this machine, in threads of its own."""

    def __init__(
        self, *, corp_id: str, secret: str, agent_id: int, members: set[str], unlicensed: str = ""
    ) -> None:
        self._corp_id, self._secret, self._agent_id = corp_id, secret, agent_id
        self._members, self._unlicensed = members, unlicensed
        self.sent: list[dict[str, Any]] = []
        #: How often a token was asked for; how long one lives (seconds).
        self.asked_for_token = 0
        self.token_life = 7200
        self._tokens: dict[str, int] = {}  # token: the error it gives; 0 while it is good
        self._next: list[int] = []
        self._token_says: list[int] = []
        wecom = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wecom._answer(self, "GET")

            def do_POST(self) -> None:
                wecom._answer(self, "POST")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def takes_tokens_back(self) -> None:
        self._tokens = dict.fromkeys(self._tokens, 40014)

    def expires_tokens(self) -> None:
        self._tokens = dict.fromkeys(self._tokens, 42001)

    def says(self, *codes: int) -> None:
        self._next += codes

    def says_to_token(self, *codes: int) -> None:
        self._token_says += codes

    def _answer(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        asked = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        known = {
            ("GET", "/cgi-bin/gettoken"): self._give_token,
            ("GET", "/cgi-bin/agent/get"): self._tell_agent,
            ("POST", "/cgi-bin/message/send"): self._take_message,
        }
        found = known.get((method, asked.path))
        said = {"errcode": 404} if found is None else found(query, body)
        written = json.dumps({"errmsg": "ok", **said}).encode()
        handler.send_response(200)
        handler.send_header("content-length", str(len(written)))
        handler.end_headers()
        handler.wfile.write(written)

    def _give_token(self, query: dict[str, str], _: bytes) -> dict[str, Any]:
        self.asked_for_token += 1
        if self._token_says:
            return {"errcode": self._token_says.pop(0)}
        if query.get("corpid") != self._corp_id:
            return {"errcode": 40013}
        if query.get("corpsecret") != self._secret:
            return {"errcode": 40001}
        token = f"token-{self.asked_for_token}"
        self._tokens[token] = 0
        return {"errcode": 0, "access_token": token, "expires_in": self.token_life}

    def _tell_agent(self, query: dict[str, str], _: bytes) -> dict[str, Any]:
        code = self._tokens.get(query.get("access_token", ""), 40014)
        is_ours = query.get("agentid") == str(self._agent_id)
        return {"errcode": code or (0 if is_ours else 301002)}

    def _take_message(self, query: dict[str, str], body: bytes) -> dict[str, Any]:
        message = json.loads(body)
        user = str(message.get("touser", "")).lower()
        if code := self._fault(query, message, user):
            return {"errcode": code}
        if user == self._unlicensed:
            return {"errcode": 0, "unlicenseduser": user}
        self.sent.append(message)
        return {"errcode": 0, "msgid": str(len(self.sent))}

    def _fault(self, query: dict[str, str], message: dict[str, Any], user: str) -> int:
        if code := self._tokens.get(query.get("access_token", ""), 40014):
            return code
        if self._next:
            return self._next.pop(0)
        if message.get("agentid") != self._agent_id:
            return 40056
        is_member = user in self._members | {self._unlicensed}
        return _shape(message) if is_member else 81013


def _shape(message: dict[str, Any]) -> int:
    """Return the error of a message that WeCom would not take as it is; 0 for a good one."""
    if message.get("msgtype") == "text":
        return 0 if 0 < len(message["text"]["content"].encode()) <= TEXT_LIMIT else 44004
    card = message.get("textcard")
    if message.get("msgtype") != "textcard" or card is None:
        return 40008
    fits = (
        0 < len(card["title"].encode()) <= TITLE_LIMIT
        and 0 < len(card["description"].encode()) <= DESCRIPTION_LIMIT
    )
    return 0 if fits and card.get("url") else 40058
