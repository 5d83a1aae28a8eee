"""The front door: every command of Nuanyu."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.campus_commands import app as campus_app
from cli.staff.commands import app as staff_app
from companion.errors import NuanyuError
from companion.jobs import Queue
from companion.language import Language
from infra.settings import Settings, SettingsError, load_settings

# One message is a few small products; threads for each took five times the processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

EXIT_CONFIG = 78  # sysexits.h: something must be configured first

app = typer.Typer(
    help="Nuanyu 暖语: a mental-health companion for university students. Support, not therapy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
keys_app = typer.Typer(help="Make, list and rotate master keys.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(staff_app, name="staff")
app.add_typer(campus_app, name="campus")


def main() -> None:
    """Run the command line; a foreseen error is one line, never a stack trace."""
    try:
        app()
    except NuanyuError as error:
        typer.secho(f"nuanyu: {error}", err=True, fg="red")
        sys.exit(EXIT_CONFIG if isinstance(error, SettingsError) else 1)


@app.command()
def up() -> None:
    """Start everything: Redis, web, workers, scheduler. Ctrl-C stops it all."""
    from cli.up import start

    sys.exit(start(load_settings()))


@app.command()
def web() -> None:
    """Run the web process alone: webhooks, chat, health."""
    from bot.app import serve

    sys.exit(serve(load_settings()))


@app.command()
def worker(queues: Annotated[list[Queue], typer.Argument(help="Which queues to work on")]) -> None:
    """Run one worker process on one or several queues."""
    from workers.main import work

    sys.exit(work(load_settings(), queues))


@app.command()
def scheduler() -> None:
    """Run the scheduler alone; two of them are safe."""
    from scheduler.main import schedule

    sys.exit(schedule(load_settings()))


@app.command()
def poll() -> None:
    """Fetch Telegram updates by long polling, without a public address."""
    from bot.telegram_edge import poll_forever

    sys.exit(poll_forever(load_settings()))


@app.command()
def migrate() -> None:
    """Bring the database to the present schema. Safe to run twice."""
    from infra.prepare import prepare

    prepare(load_settings())
    typer.echo("The database is in date.")


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Tell what is reachable, configured and in date, and what is missing."""
    from cli.doctor import report

    sys.exit(report(load_settings(), as_json=as_json))


# ---------------------------------------------------------------- talking


@app.command()
def ask(
    language: Annotated[Language | None, typer.Option(help="zh or en; else it follows you")] = None,
) -> None:
    """Talk to Nuanyu in this terminal. Nothing is stored, nobody is alerted."""
    from cli.ask import ask as talk

    sys.exit(talk(language=language, speaker=_speaker()))


@app.command()
def reply() -> None:
    """Say what Nuanyu would say next, for JSON lines {"id", "messages", "language"?}."""
    from cli.batch import run_batch, turns_of
    from cli.next_words import next_words

    speaker = _speaker()
    languages = {language.value: language for language in Language}

    def answer(line: dict[str, Any]) -> dict[str, Any]:
        words = next_words(
            turns_of(line, "messages"),
            language=languages.get(str(line.get("language"))),
            speaker=speaker,
        )
        return {"text": words.text, "level": words.level.label, "engine": words.engine.value}

    sys.exit(run_batch(answer, threads=32 if speaker.model else 1))


@app.command()
def screen() -> None:
    """Screen JSON lines {"id", "text", "history"?} for risk."""
    from cli.batch import run_batch, text_of, turns_of
    from companion.flows.assess import judge

    def answer(line: dict[str, Any]) -> dict[str, Any]:
        verdict = judge(text_of(line), turns_of(line, "history"))
        return {
            "level": verdict.level.label,
            "kinds": [kind.value for kind in verdict.kinds],
            "subject": verdict.subject.value,
            "score": round(verdict.score, 4),
            "evidence": list(verdict.evidence),
        }

    sys.exit(run_batch(answer))


@app.command()
def emotions() -> None:
    """Tell what JSON lines {"id", "text"} seem to feel: seven probabilities, valence, arousal."""
    from cli.batch import run_batch, text_of
    from companion.emotion.recognise import load, recognise

    load()

    def answer(line: dict[str, Any]) -> dict[str, Any]:
        seen = recognise(text_of(line))
        return {
            "emotions": {one.value: round(p, 4) for one, p in seen.probabilities.items()},
            "valence": round(seen.valence, 4),
            "arousal": round(seen.arousal, 4),
        }

    sys.exit(run_batch(answer))


@app.command()
def redact() -> None:
    """Replace names, numbers and addresses in JSON lines {"id", "text"}."""
    from cli.batch import run_batch, text_of
    from infra.redaction import redact as redact_text

    def answer(line: dict[str, Any]) -> dict[str, Any]:
        text, entities = redact_text(text_of(line))
        keys = ("type", "start", "end", "score")
        found = [{key: getattr(one, key) for key in keys} for one in entities]
        return {"text": text, "entities": found}

    sys.exit(run_batch(answer))


# ---------------------------------------------------------------- data and keys


@app.command()
def export(
    platform: Annotated[str, typer.Argument(help="telegram or web")],
    sender: Annotated[str, typer.Argument(help="The platform's id of the student")],
    out: Annotated[Path, typer.Option(help="Where to write")] = Path("nuanyu-export.zip"),
) -> None:
    """Write everything that is kept about one student into a zip file."""
    from cli.data import export_student

    export_student(load_settings(), platform, sender, out=out)


@app.command()
def erase(
    platform: Annotated[str, typer.Argument(help="telegram or web")],
    sender: Annotated[str, typer.Argument(help="The platform's id of the student")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Erase everything about one student, with a receipt."""
    from cli.data import erase_student

    if not yes:
        typer.confirm("Erase everything about this student? Nobody can bring it back", abort=True)
    erase_student(load_settings(), platform, sender)


@keys_app.command("new")
def keys_new() -> None:
    """Print a fresh master key for NUANYU_MASTER_KEYS."""
    from cli.keys import new_key

    typer.echo(str(new_key()))


@keys_app.command("show")
def keys_show() -> None:
    """List the master keys and what each one protects; never the keys themselves."""
    from cli.keys import show_keys

    show_keys(load_settings())


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Add a new master key and wrap everything anew, without downtime."""
    from cli.keys import rotate

    rotate(load_settings())


@keys_app.command("rewrap")
def keys_rewrap() -> None:
    """Wrap everything with the newest master key; go on where it was broken off."""
    from cli.keys import rewrap

    rewrap(load_settings())


@keys_app.command("drop")
def keys_drop(name: str) -> None:
    """Take an old master key away once nothing needs it."""
    from cli.keys import drop

    drop(load_settings(), name)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Measure speed and memory (in a checkout: needs the development packages)."""
    from subprocess import call

    here = Path(__file__).parent
    if not (here / "bench").is_dir():
        raise SettingsError("the benchmarks are in the source checkout: run `make bench` there")
    sys.exit(call([sys.executable, "-m", "bench", *context.args], cwd=here))


def _speaker() -> Any:
    from cli.next_words import Speaker
    from infra.campus_file import load_campus
    from infra.clock import WallClock
    from infra.llm import build_model
    from infra.redaction import TalkMask
    from infra.services import known_numbers

    settings: Settings = load_settings()
    campus = load_campus(settings.campus_file)
    numbers = known_numbers(campus)
    return Speaker(
        campus=campus,
        clock=WallClock(),
        masks=lambda: TalkMask(keep=numbers),
        model=build_model(settings),
        known_numbers=numbers,
    )


if __name__ == "__main__":
    main()
