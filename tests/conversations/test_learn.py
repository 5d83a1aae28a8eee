"""Articles in the talk: browsed, read, looked for; offered or cited where they help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from companion.care.articles import packaged_articles
from companion.language import Language
from companion.messages import InboundKind, Platform
from tests.fakes.scripted_model import ScriptedModel

LAY_AWAKE = "又睡不着了，一上床就精神，躺着睡不着"
#: What a model might say out of the article, and what it might say without.
DRAWN = "困意靠醒着的时间慢慢攒，身体里的钟也管着几点困、几点醒。补觉补到中午，今晚就容易乱。"
HEARD = "听起来这几晚真不好过。你愿意说说那时候心里在转什么吗？"


@pytest.fixture
def talking(campus):
    campus.onboard()
    return campus


def with_model(campus, *calls):
    model = ScriptedModel(*calls)
    campus.services = replace(campus.services, model=model)
    return model


def press(campus, label):
    return campus.says(campus.buttons()[label], kind=InboundKind.CHOICE)


# ------------------------------------------------------------ /learn


def test_from_a_topic_to_the_last_piece_and_an_exercise(talking):
    [asked] = talking.says("/learn")
    assert "想读点什么" in asked
    press(talking, "睡不着")
    [first] = press(talking, "为什么越想睡越睡不着")
    assert first.startswith("为什么越想睡越睡不着\n\n睡觉有点像等猫过来")

    texts = [first]
    while any(label.startswith("接着看") for label in talking.buttons()):
        [label] = [label for label in talking.buttons() if label.startswith("接着看")]
        texts += press(talking, label)

    assert "什么时候找人" in texts[-1]
    assert "Bootzin, R. R. (1972)" in texts[-1]
    assert "**" not in "".join(texts)
    [try_it, *_] = [label for label in talking.buttons() if label.startswith("试试：")]
    press(talking, try_it)
    assert "/exercise" in str(talking.buttons())


def test_the_same_in_english_by_words(talking):
    talking.says("English")
    [found] = talking.says("/learn can't sleep")
    assert found == "This is what I found:"
    [text] = press(talking, "Why sleep runs away")
    assert "Sleep is a little like a cat" in text
    assert "Read on (2/" in str(talking.buttons())


def test_every_topic_leads_to_articles_and_every_article_opens(talking):
    for language in ("中文", "English"):
        talking.says(language)
        talking.says("/learn topics more")
        for value in [*talking.buttons().values()]:
            talking.says(value, kind=InboundKind.CHOICE)
            assert any(one.startswith("/learn ") for one in talking.buttons().values())
    for article in packaged_articles():
        [text] = talking.says(f"/learn {article}")
        assert text.startswith(packaged_articles()[article].title[Language.EN])
        assert all(len(value.encode()) <= 64 for value in talking.buttons().values())


def test_what_is_not_there_is_said(talking):
    [none] = talking.says("/learn qqqq")

    assert "没找到合适的" in none
    assert "换个话题" in talking.buttons()


@pytest.mark.parametrize(
    "said", ["/learn for sleep 99", "/learn why-sleep-runs-away 99", "/learn for nothing"]
)
def test_odd_pages_do_no_harm(talking, said):
    [answer] = talking.says(said)

    assert answer


def test_a_web_chat_reads_it_too(campus):
    campus.onboard()
    received = campus.arrives("/learn why-sleep-runs-away", sender="w1", platform=Platform.WEB)
    campus.run()

    with campus.store.reading() as tx:
        shown = tx.talk.turns(received.student_id, limit=5)
    assert [one.turn.text for one in shown if "等猫过来" in one.turn.text] == [], (
        "no part of the talk"
    )


# ------------------------------------------------------------ in the talk


def test_a_reply_that_used_an_article_names_it_and_opens_it(talking):
    model = with_model(talking, [DRAWN])

    [answer] = talking.says(LAY_AWAKE)

    system = model.prompts[0][0].content
    assert "《为什么越想睡越睡不着》" in system
    assert "睡觉有点像等猫过来" in system
    assert answer.endswith("（参考：《为什么越想睡越睡不着》）")
    [text] = press(talking, "读：为什么越想睡越睡不着")
    assert "等猫过来" in text


def test_in_english_too(talking):
    talking.says("English")
    with_model(
        talking,
        [
            "Sleep pressure builds while you are awake, and a body clock decides when you fade; lie-ins until noon confuse both."
        ],
    )

    [answer] = talking.says("i can't fall asleep, lying awake again")

    assert answer.endswith("(From: 《Why sleep runs away》)")
    assert talking.buttons()["Read: Why sleep runs away"] == "/learn why-sleep-runs-away"


def test_a_reply_that_only_listened_cites_nothing(talking):
    with_model(talking, [HEARD])

    [answer] = talking.says(LAY_AWAKE)

    assert "参考" not in answer
    assert talking.buttons() == {}


def test_small_talk_brings_no_article_into_the_prompt(talking):
    model = with_model(talking, [HEARD])

    talking.says("今天吃了火锅很好吃")

    assert "《" not in model.prompts[0][0].content.split("：\n")[-1]
    assert "等猫过来" not in model.prompts[0][0].content


def test_somebody_at_risk_gets_no_article(talking):
    model = with_model(talking, [HEARD])
    talking.says("睡不着，不想活了")
    talking.says("睡不着，躺着睡不着，失眠")

    assert not any("等猫过来" in prompt[0].content for prompt in model.prompts)
    assert "短文" not in "".join(talking.telegram.texts)


def test_without_a_model_an_article_is_offered_once_a_day_after_listening(talking):
    assert "短文" not in "".join(talking.says(LAY_AWAKE)), "listening comes first"

    [*_, offer] = talking.says("昨晚也是，翻来覆去睡不着，失眠好几天了")
    assert offer == "关于这个，有一篇短文：《为什么越想睡越睡不着》。想看再点，不看也没关系。"
    assert list(talking.buttons().values()) == ["/learn why-sleep-runs-away"]
    assert "短文" not in "".join(talking.says("还是失眠，入睡困难，半夜醒"))

    talking.clock.passes(hours=24)
    talking.says(LAY_AWAKE)
    assert "短文" not in "".join(talking.says("失眠，入睡困难，半夜醒")), (
        "nor the same the next day"
    )


def test_at_night_nothing_is_offered(talking):
    talking.clock.passes(seconds=timedelta(hours=14).total_seconds())

    talking.says(LAY_AWAKE)
    assert "短文" not in "".join(talking.says("昨晚也是，翻来覆去睡不着，失眠好几天了"))


def test_meanings_are_asked_with_names_hidden_and_outside_a_transaction(talking):
    asked = []

    class Server:
        def near(self, text, passages):
            asked.append(text)
            return dict.fromkeys(passages, 0.1) | {"why-sleep-runs-away": 0.9}

    model = with_model(talking, [HEARD])
    talking.services = replace(talking.services, meanings=Server())
    talking.says("羊数到一千只了，我叫李明，电话13912345678")

    assert "13912345678" not in asked[0]
    assert "等猫过来" in model.prompts[0][0].content
