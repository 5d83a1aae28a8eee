"""Settings: the environment, or a `.env` file, prefix `NUANYU_`.

Everything about the campus itself is `campus.toml` (infra/campus_file.py).
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from companion.errors import BadInput
from infra.settings_pairs import staff_problems, student_problems

PREFIX = "NUANYU_"


class SettingsError(BadInput):
    """A setting cannot be used; the message names it and says what to do."""


class Settings(BaseSettings):
    """What the processes need to know. Refused at start when a name or a value is wrong."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    #: Where the web process listens.
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    #: The address students and platforms reach us under; needed for Telegram's webhook.
    public_url: HttpUrl | None = None
    campus_file: Path | None = None
    #: Where the embedded database, the keys and the sockets live.
    data_dir: Path = Path("data")
    #: Empty: the embedded SQLite database in `data_dir`.
    database_url: SecretStr | None = None
    #: Empty: the embedded Redis server that `nuanyu up` starts.
    redis_url: SecretStr | None = None
    #: Comma-separated `name:base64` keys of 32 bytes, the newest first.
    #: Empty: a file in `data_dir`.
    master_keys: SecretStr | None = None

    llm_url: HttpUrl | None = None
    llm_model: str | None = None
    llm_key: SecretStr | None = None
    #: Longest wait for the first piece of an answer, and for the whole of it (seconds).
    llm_first_token_timeout: float = Field(default=20, gt=0)
    llm_timeout: float = Field(default=60, gt=0)
    #: Tokens of the model's window, where the backend does not tell; and the longest answer.
    llm_context: int = Field(default=4096, ge=512)
    llm_answer_tokens: int = Field(default=320, ge=32)

    #: Whether the model may put one sentence in front of a question of the safety dialogue.
    reflection: Literal["on", "off"] = "on"

    #: A server that turns texts into vectors; articles are found by their meaning with it.
    embed_url: HttpUrl | None = None
    embed_key: SecretStr | None = None
    #: Longest wait for one answer of it (seconds).
    embed_seconds: float = Field(default=1.5, gt=0, le=10)

    #: A second reader beside the screen; it can only raise a level.
    opinion: Literal["off", "llm", "endpoint", "onnx"] = "off"
    #: Where it is; for `llm`, empty means the model server above.
    opinion_url: HttpUrl | None = None
    opinion_key: SecretStr | None = None
    #: Holds model.onnx, tokenizer.json and labels.json.
    opinion_folder: Path | None = None
    #: Longest wait for one opinion (seconds).
    opinion_seconds: float = Field(default=4, gt=0, le=60)

    telegram_token: SecretStr | None = None
    telegram_secret: SecretStr | None = None
    telegram_api_url: HttpUrl = HttpUrl("https://api.telegram.org")
    #: Platform limits: messages a second to all chats, and to one chat.
    telegram_rate: float = Field(default=25, gt=0)
    telegram_chat_rate: float = Field(default=1, gt=0)
    staff_telegram_token: SecretStr | None = None
    staff_telegram_chat: str | None = None

    #: The mail server that takes pages to staff; `none` only on this machine.
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    #: What reaches the whole campus's staff, beside the group above.
    staff_email: str | None = None
    staff_webhook_url: SecretStr | None = None
    #: Signs every page that leaves as a webhook, to the address above or to one person's.
    staff_webhook_secret: SecretStr | None = None
    staff_wecom_key: SecretStr | None = None
    #: The campus's own WeCom application, which writes to single members.
    wecom_corp_id: str | None = None
    wecom_agent_id: int | None = Field(default=None, ge=1)
    wecom_secret: SecretStr | None = None
    wecom_api_url: HttpUrl = HttpUrl("https://qyapi.weixin.qq.com")
    wecom_robot_url: HttpUrl = HttpUrl("https://qyapi.weixin.qq.com/cgi-bin/webhook/send")

    #: The campus's own sign-in for staff (OpenID Connect); empty: passwords of our own.
    oidc_issuer: HttpUrl | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None

    #: Threads of the conversation worker: how many model streams one process holds.
    conversation_threads: int = Field(default=120, ge=1)
    log_level: Annotated[str, NoDecode] = "INFO"

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("use DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _whole_opinion(self) -> Settings:
        needed = {
            "llm": ("NUANYU_OPINION_URL or NUANYU_LLM_URL", self.opinion_url or self.llm_url),
            "endpoint": ("NUANYU_OPINION_URL", self.opinion_url),
            "onnx": ("NUANYU_OPINION_FOLDER", self.opinion_folder),
        }
        name, value = needed.get(self.opinion, ("", self.opinion))
        if not value:
            raise ValueError(f"NUANYU_OPINION is {self.opinion} but {name} is not set: set it")
        return self

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        for problem in (*student_problems(self), *staff_problems(self)):
            raise ValueError(problem)
        return self


def load_settings(**overrides: Any) -> Settings:
    """Read the settings. Raises SettingsError naming what is unknown or wrong."""
    _refuse_unknown_names()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(problem) for problem in error.errors())) from None


def _refuse_unknown_names() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = {*os.environ, *dotenv_values(".env")}
    for name in sorted(name for name in given if name.upper().startswith(PREFIX)):
        # NUANYU_TEST_… and NUANYU_BENCH_… steer the tests and benchmarks, not the system.
        if name.upper() in known or name.upper().startswith((PREFIX + "TEST_", PREFIX + "BENCH_")):
            continue
        near = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f": did you mean {near[0]}?" if near else ": see the table in README.md"
        raise SettingsError(f"unknown setting {name}{hint}")


def _explain(problem: Any) -> str:
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    name = PREFIX + str(problem["loc"][0]).upper()
    return f"{name}: {str(problem['msg']).removeprefix('Value error, ')}"
