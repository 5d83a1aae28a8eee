"""Print a talk of the test data as a student would see it: python -m tests.conversations.read zh 3."""

from __future__ import annotations

import sys

from companion.language import Language
from tests.conversations.talks import carry_out, talks


def main(arguments: list[str]) -> int:
    """Print one talk (language, number), all of a language, or all; return the exit status."""
    languages = [Language(arguments[0])] if arguments else list(Language)
    number = int(arguments[1]) if len(arguments) > 1 else None
    for language in languages:
        for count, talk in enumerate(talks(language), start=1):
            if number in (None, count):
                sys.stdout.write(f"\n== {language} {count}: {talk.title}\n")
                for exchange in carry_out(talk):
                    sys.stdout.write(f"  > {exchange.says}\n    {exchange.reply.text}")
                    sys.stdout.write(f"  [{exchange.reply.topic}]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
