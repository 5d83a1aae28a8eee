"""What Telegram itself shows of us, in both languages."""

from __future__ import annotations

import pytest

from bot.telegram.words import commands, group_greeting
from companion.language import Language


def test_the_menu_is_the_same_in_both_languages():
    zh, en = commands(Language.ZH), commands(Language.EN)

    assert [entry.command for entry in zh] == [entry.command for entry in en]
    assert {"start", "help", "sos", "human", "stop", "delete"} <= {entry.command for entry in zh}


@pytest.mark.parametrize("language", Language)
def test_each_command_is_one_that_telegram_takes(language):
    for entry in commands(language):
        assert entry.command.isascii()
        assert entry.command.islower()
        assert 1 <= len(entry.description) <= 256


def test_a_group_whose_language_nobody_knows_is_greeted_in_both():
    both = group_greeting(None)

    assert group_greeting(Language.ZH) in both
    assert group_greeting(Language.EN) in both
