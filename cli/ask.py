"""Talking to Nuanyu in a terminal: nothing is stored, nobody is paged."""

from __future__ import annotations

import sys

import typer

from cli.next_words import Speaker, speak
from companion.language import Language
from companion.texts import say
from companion.turns import Role, Turn

_LEAVE = {"/stop", "/quit", "/exit", "stop", "quit", "exit", "退出", "停止"}
_PROMPT = {Language.ZH: "你", Language.EN: "you"}


def ask(*, language: Language | None, speaker: Speaker) -> int:
    """Talk until the student leaves."""
    spoken = language or speaker.campus.language
    typer.secho(say("notice.text", spoken), dim=True)
    turns: list[Turn] = []
    while True:
        try:
            said = input(f"{_PROMPT[spoken]}> ")
        except (EOFError, KeyboardInterrupt):
            typer.echo()
            return 0
        if said.strip().lower() in _LEAVE:
            typer.echo(say("command.stopped", spoken))
            return 0
        turns.append(Turn(Role.USER, said))
        answer = ""
        for piece in speak(turns, language=language, speaker=speaker):
            answer += piece.text
            sys.stdout.write(piece.text)
            sys.stdout.flush()
        typer.echo("\n")
        turns.append(Turn(Role.ASSISTANT, answer.strip()))
