"""`python -m lab`: where the recognisers come from. Each command says what it needs."""

from __future__ import annotations

import typer

from lab import commands
from lab.corpus.commands import app as corpus
from lab.encoder.commands import app as encoder
from lab.evaluation import articles, suggestions
from lab.evaluation.commands import floors, run

app = typer.Typer(
    help="Train, measure and explain the recognisers. Training needs the extra named encoder.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("words")(commands.words)
app.command("risk")(commands.risk)
app.command("emotion")(commands.emotion)
app.command("distortion")(commands.distortion)
app.command("teacher")(commands.teacher)
app.command("thresholds")(commands.thresholds)
app.command("eval")(run)
app.command("floors")(floors)
app.command("articles")(articles.run)
app.command("suggest")(suggestions.run)
app.add_typer(corpus, name="corpus")
app.add_typer(encoder, name="encoder")

if __name__ == "__main__":
    app()
