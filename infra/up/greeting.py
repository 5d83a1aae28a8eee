"""What `nuanyu up` tells when everything is ready."""

from __future__ import annotations

from infra.settings import Settings


def greeting(settings: Settings, *, url: str) -> list[str]:
    """Return the lines: where things are, what is on, how to stop."""
    return [
        "",
        "  暖语 Nuanyu is ready.",
        "",
        f"  Chat       {url}/chat",
        f"  Desk       {url}/desk",
        f"  API docs   {url}/docs",
        f"  Data       {settings.data_dir.absolute()} (logs in logs/)",
        f"  Model      {_model(settings)}",
        f"  Telegram   {_telegram(settings)}",
        "",
        "  Ctrl-C stops everything.",
        "",
    ]


def _model(settings: Settings) -> str:
    if settings.llm_url is None:
        return "none: guided mode (set NUANYU_LLM_URL to a TGI, vLLM or llama.cpp server)"
    # The path and a password in the address are nobody's business on a screen.
    host = f"{settings.llm_url.scheme}://{settings.llm_url.host}:{settings.llm_url.port}"
    return f"{settings.llm_model or 'the one served'} at {host}"


def _telegram(settings: Settings) -> str:
    if settings.telegram_token is None:
        return "off (set NUANYU_TELEGRAM_TOKEN and NUANYU_TELEGRAM_SECRET)"
    if settings.public_url is None:
        return "on, by polling (set NUANYU_PUBLIC_URL for a webhook)"
    return f"on, webhook at {str(settings.public_url).rstrip('/')}/telegram/webhook"
