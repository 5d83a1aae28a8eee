from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from companion.dialogue.compose import Engine, Patience, Piece, compose
from companion.dialogue.guided import respond
from companion.dialogue.prompt import TalkContext
from companion.errors import (
    ModelBroken,
    ModelOverloaded,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)
from companion.language import Language
from companion.turns import Role, Turn
from infra.redaction import TalkMask
from tests.fakes.scripted_model import ScriptedModel

CONTEXT = TalkContext(
    language=Language.ZH,
    campus_name="示范大学",
    local_time=datetime(2026, 11, 22, 12, tzinfo=UTC),
    turns=(Turn(Role.USER, "我叫王小明，期末复习不完，电话13812345678"),),
)
GOOD = ("听起来", "复习压得你喘不过气。", "哪一门", "最让你担心？")


class Waits:
    """Takes the place of the clock: remembers how long it was asked to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def answer(
    model: ScriptedModel | None, context: TalkContext = CONTEXT, waits: Waits | None = None
) -> list[Piece]:
    pieces = compose(
        context,
        model=model,
        mask=TalkMask(),
        known_numbers=frozenset({"12356"}),
        patience=Patience(sleep=waits or Waits()),
    )
    return list(pieces)


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def guided_text(context: TalkContext = CONTEXT) -> str:
    return respond(context.turns, language=context.language).text


def is_guided(pieces: list[Piece]) -> bool:
    return [piece.engine for piece in pieces] == [Engine.GUIDED]


def test_an_answer_comes_sentence_by_sentence() -> None:
    pieces = answer(ScriptedModel(GOOD))

    assert [piece.text for piece in pieces] == ["听起来复习压得你喘不过气。", "哪一门最让你担心？"]
    assert {piece.engine for piece in pieces} == {Engine.LLM}


def test_without_a_model_the_guided_engine_answers() -> None:
    pieces = answer(None)

    assert is_guided(pieces)
    assert text_of(pieces) == guided_text()


def test_the_guided_engine_says_once_that_it_is_guided() -> None:
    pieces = answer(None, replace(CONTEXT, guided_told=False))

    assert text_of(pieces) != guided_text()


def test_names_and_numbers_never_reach_the_model_and_come_back_in_the_answer() -> None:
    model = ScriptedModel(("<PERSON_1>，复习到现在，", "一定很累。"))
    context = replace(
        CONTEXT, summary="王小明在考研", facts=("室友叫李想",), recent=("和室友李想吵架",)
    )

    pieces = answer(model, context)

    sent = "".join(line.content for line in model.prompts[0])
    assert not any(secret in sent for secret in ("王小明", "13812345678", "李想"))
    assert "<PERSON_1>" in sent
    assert text_of(pieces) == "王小明，复习到现在，一定很累。"


def test_a_name_known_from_the_memory_is_hidden_in_the_talk_as_well() -> None:
    model = ScriptedModel(GOOD)
    turns = (Turn(Role.USER, "李想又没回来"),)

    answer(model, replace(CONTEXT, turns=turns, facts=("室友叫李想",)))

    assert "李想" not in "".join(line.content for line in model.prompts[0])


def test_a_name_is_hidden_before_the_line_that_introduces_it() -> None:
    model = ScriptedModel(GOOD)
    turns = (Turn(Role.USER, "李想又没回来"), Turn(Role.USER, "就是我室友叫李想"))

    answer(model, replace(CONTEXT, turns=turns))

    assert model.prompts[0][1].content == "<PERSON_1>又没回来\n就是我室友叫<PERSON_1>"


def test_a_full_server_is_asked_again_after_a_short_wait() -> None:
    waits = Waits()
    model = ScriptedModel((ModelOverloaded(),), (ModelOverloaded(),), GOOD)

    pieces = answer(model, waits=waits)

    assert pieces[0].engine is Engine.LLM
    assert waits.seconds == [0.5, 1.5]


def test_a_server_that_stays_full_is_not_waited_for_without_end() -> None:
    waits = Waits()
    model = ScriptedModel((ModelOverloaded(),))

    assert is_guided(answer(model, waits=waits))
    assert len(model.prompts) == 3
    assert len(waits.seconds) == 2


def test_a_prompt_that_is_too_long_is_halved_and_sent_again() -> None:
    turns = tuple(Turn((Role.USER, Role.ASSISTANT)[n % 2], "字" * 200) for n in range(21))
    model = ScriptedModel((PromptTooLong(),), (PromptTooLong(),), GOOD, prompt_tokens=4000)

    pieces = answer(model, replace(CONTEXT, turns=turns))

    lengths = [sum(len(line.content) for line in prompt) for prompt in model.prompts]
    assert pieces[0].engine is Engine.LLM
    assert lengths[0] <= 4000
    assert lengths[1] <= 2000 < lengths[0]
    assert lengths[2] <= 1000 < lengths[1]


def test_a_prompt_that_is_always_too_long_leads_to_the_guided_engine() -> None:
    model = ScriptedModel((PromptTooLong(),))

    assert is_guided(answer(model))
    assert len(model.prompts) == 3


@pytest.mark.parametrize("error", [ModelTimeout(), ModelUnavailable()], ids=["slow", "away"])
def test_a_server_that_is_slow_or_away_is_not_asked_twice(error: ModelUnavailable) -> None:
    model = ScriptedModel((error,))

    assert is_guided(answer(model))
    assert len(model.prompts) == 1


def test_a_broken_or_empty_answer_is_asked_for_once_more() -> None:
    assert answer(ScriptedModel((ModelBroken(),), GOOD))[0].engine is Engine.LLM

    always_broken = ScriptedModel((ModelBroken(),))
    assert is_guided(answer(always_broken))
    assert len(always_broken.prompts) == 2


@pytest.mark.parametrize(
    "error", [ModelTimeout(), ModelBroken(), ModelOverloaded(), ModelUnavailable()], ids=type
)
def test_an_answer_that_breaks_off_ends_with_its_last_whole_sentence(
    error: ModelUnavailable,
) -> None:
    model = ScriptedModel(("听起来很累。", "哪一门", "最", error))

    pieces = answer(model)

    assert text_of(pieces) == "听起来很累。"
    assert len(model.prompts) == 1


def test_half_a_sentence_before_a_break_is_never_shown() -> None:
    model = ScriptedModel(("听起来", ModelTimeout()))

    pieces = answer(model)

    assert is_guided(pieces)
    assert not text_of(pieces).startswith("听起来听起来")


def test_when_nothing_may_be_shown_the_guided_engine_answers() -> None:
    assert is_guided(answer(ScriptedModel(("你有抑郁症。", "吃点安眠药。"))))


def test_a_sentence_that_must_not_be_said_is_left_out() -> None:
    model = ScriptedModel(("听起来很累。", "你可能有抑郁症。", "哪一门最难？"))

    assert text_of(answer(model)) == "听起来很累。哪一门最难？"


def test_a_number_of_the_students_own_is_not_said_back_to_be_dialled() -> None:
    assert text_of(answer(ScriptedModel(("你的号码是<PHONE_1>。", "记下了。")))) == "记下了。"


def test_only_one_question_is_asked() -> None:
    model = ScriptedModel(("很累吧。", "哪一门最难？", "睡得好吗？", "慢慢说。"))

    assert text_of(answer(model)) == "很累吧。哪一门最难？慢慢说。"


def test_a_long_answer_ends_at_a_sentence_and_the_server_may_stop() -> None:
    words = ("累", "怕", "困", "忙", "乱", "慌", "闷", "苦")
    model = ScriptedModel(tuple(f"{word * 9}。" for word in words))

    pieces = answer(model)

    assert len(pieces) == 6
    assert model.closed_early == 1


def test_a_list_of_tips_is_cut_short() -> None:
    model = ScriptedModel(("- 散步\n", "- 喝水\n", "- 早睡\n", "- 写下来\n"))

    assert text_of(answer(model)) == "- 散步\n- 喝水\n"


def test_what_nuanyu_said_before_is_not_said_again() -> None:
    turns = (
        *CONTEXT.turns,
        Turn(Role.ASSISTANT, "听起来复习压得你喘不过气。哪一门最让你担心？"),
        Turn(Role.USER, "高数"),
    )

    pieces = answer(ScriptedModel((*GOOD, "高数是怎么变难的？")), replace(CONTEXT, turns=turns))

    assert text_of(pieces) == "高数是怎么变难的？"


def test_markdown_and_its_line_breaks_pass_unchanged() -> None:
    model = ScriptedModel(("**慢慢来。**\n\n", "一步就够。\n", "好吗？"))

    assert text_of(answer(model)) == "**慢慢来。**\n\n一步就够。\n好吗？"


def test_a_name_the_model_puts_before_its_words_is_taken_off() -> None:
    assert text_of(answer(ScriptedModel(("暖语：", "我在听。")))) == "我在听。"


def test_an_answer_without_an_end_mark_is_shown_whole() -> None:
    assert text_of(answer(ScriptedModel(("嗯，", "我在")))) == "嗯，我在"


def test_a_mark_the_model_made_up_becomes_plain_words() -> None:
    assert text_of(answer(ScriptedModel(("<PERSON_9>对你很重要。",)))) == "那个人对你很重要。"


def test_a_reply_that_is_no_longer_wanted_stops_the_model() -> None:
    model = ScriptedModel(("第一句。", "第二句。", "第三句。", "第四句。"))
    pieces = compose(
        CONTEXT,
        model=model,
        mask=TalkMask(),
        known_numbers=frozenset(),
        patience=Patience(sleep=Waits()),
    )

    next(pieces)
    pieces.close()

    assert model.closed_early == 1


def test_every_sentence_is_given_before_the_next_one_is_asked_for() -> None:
    seen: list[str] = []
    model = ScriptedModel(("第一句。", "第", "二句。", "第三句。"))
    asked: list[int] = []
    model.before_piece = asked.append

    for piece in compose(
        CONTEXT,
        model=model,
        mask=TalkMask(),
        known_numbers=frozenset(),
        patience=Patience(sleep=Waits()),
    ):
        seen.append(piece.text)
        if len(seen) == 1:
            assert asked == [0, 1]

    assert seen == ["第一句。", "第二句。", "第三句。"]


def test_pieces_do_not_show_their_words_by_accident() -> None:
    assert "秘密" not in repr(Piece("秘密", Engine.LLM))
