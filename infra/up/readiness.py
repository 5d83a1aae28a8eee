"""Whether the web process says that everything is ready."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass

_PATIENCE = 2.0  # seconds for one answer
_LONGEST_REASON = 300  # characters
#: A case from before that reached nobody is red for whoever watches; every part is up all the same.
_STAFF_TOLD = "staff_told"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What /readyz answered."""

    is_ready: bool
    #: In the web process's own words; empty while it does not answer at all.
    detail: str = ""


def ask(host: str, port: int) -> Readiness:
    """Ask the web process whether it is ready; no answer means no."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        answer = response.read(_LONGEST_REASON).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException):
        return Readiness(is_ready=False)
    finally:
        connection.close()
    is_ready = response.status == http.HTTPStatus.OK or _missing(answer) == [_STAFF_TOLD]
    return Readiness(is_ready=is_ready, detail=answer)


def _missing(answer: str) -> list[str]:
    try:
        return list(json.loads(answer).get("missing", []))
    except (ValueError, AttributeError, TypeError):
        return []


def reachable(host: str) -> str:
    """Return the address to call for one to listen on."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def base_url(host: str, port: int) -> str:
    """Return the address a person on this machine opens."""
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
