"""The journal as a talk: written in several messages, private, screened, searched, erased."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import select

from companion.care.entries import EntryKind, EntryState
from companion.flows.case_records import excerpt, open_talk
from companion.flows.export import export_file
from companion.flows.journal_pages import pages_of
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.risk import Level
from companion.texts import say
from infra.store.tables import InboundRow, OutboundRow
from tests.conversations.staffed import employ
from tests.fakes.campus import FakeCampus
from tests.fakes.ports import ScriptedOpinion
from tests.fakes.scripted_model import ScriptedModel

DAY = {
    Language.ZH: ("今天在图书馆坐了一天。", "期末考试快到了，复习不完。"),
    Language.EN: ("I sat in the library all day.", "Exams are close and I can't revise it all."),
}
BENT = {Language.ZH: "我永远做不好任何事。", Language.EN: "I always fail at everything."}
DARK = {Language.ZH: "我不想活了，真的撑不下去了", Language.EN: "I want to kill myself tonight"}


class Writing:
    """One student with a journal."""

    def __init__(self, campus, language):
        self.campus, self.language = campus, language
        self.student_id = campus.onboard()
        if language is Language.EN:
            self.press("/language en")

    def say(self, key, **fields):
        return say(f"journal.{key}", self.language, **fields)

    def press(self, value):
        return self.campus.says(value, kind=InboundKind.CHOICE)

    def taps(self, key, **fields):
        return self.press(self.campus.buttons()[self.say(key, **fields)])

    def page(self, *lines):
        """Write a page and finish it."""
        self.campus.says("/journal")
        for line in lines or DAY[self.language]:
            self.campus.says(line)
        return self.taps("done_button") if self.campus.buttons() else self.campus.says("done")

    def pages(self):
        with self.campus.store.reading() as tx:
            return pages_of(tx, self.student_id)

    def turns(self):
        with self.campus.store.reading() as tx:
            return [past.turn.text for past in tx.talk.turns(self.student_id, limit=50)]

    def everything(self):
        """Every text that stands in the rows of the talk."""
        with self.campus.store.reading() as tx:
            inbound = tx.session.scalars(select(InboundRow.id)).all()
            outbound = tx.session.scalars(select(OutboundRow.id)).all()
            said = [tx.inbound.get(one).text for one in inbound]
            return "\n".join([*said, *(tx.outbound.get(one).text for one in outbound)])

    def reads(self):
        """Ask for a reading; returns it."""
        return self.press("/journal look")[-1]


@pytest.fixture(params=Language)
def student(campus, request):
    return Writing(campus, request.param)


@pytest.fixture
def zh(campus):
    return Writing(campus, Language.ZH)


@pytest.fixture
def en(campus):
    return Writing(campus, Language.EN)


# ------------------------------------------------------------ writing


def test_several_messages_make_one_page_and_nobody_answers_in_between(student):
    [told] = student.campus.says("写日记" if student.language is Language.ZH else "journal")
    assert told == student.say("first_time").strip()

    first, second = DAY[student.language]
    assert student.campus.says(first) == [student.say("noted")]
    assert student.campus.says(second) == []
    [closed] = student.campus.says("写完了" if student.language is Language.ZH else "done")

    assert closed.startswith(student.say("closed", count="")[:3])
    [(entry, page)] = student.pages()
    assert (page.text, entry.state) == (f"{first}\n{second}", EntryState.DONE)
    assert Job.REPLY not in student.campus.done


def test_a_page_is_no_part_of_the_talk_and_of_no_prompt(tmp_path):
    model = ScriptedModel(["好的，我在听。"])
    opinion = ScriptedOpinion()
    campus = FakeCampus(tmp_path, model=model, opinion=opinion)
    student = Writing(campus, Language.ZH)
    student.page("今天见了奶奶，说了很久的话。")
    campus.says("今天吃什么好呢")

    assert student.turns()[0] == "今天吃什么好呢"
    told = "".join(line.content for prompt in model.prompts for line in prompt)
    assert "奶奶" not in told
    assert not any("奶奶" in text for text, _ in opinion.asked)
    assert not any("奶奶" in turn.text for _, turns in opinion.asked for turn in turns)
    campus.close()


def test_a_page_can_begin_with_its_first_words(zh):
    assert zh.campus.says("/journal 今天下雨了") == [zh.say("first_time").strip()]
    zh.campus.says("写完了")

    assert [page.text for _, page in zh.pages()] == ["今天下雨了"]


def test_a_page_can_wait_and_be_written_on(en):
    en.campus.says("/journal")
    en.campus.says("The first half.")
    assert en.campus.says("later") == [en.say("put_off")]
    assert Job.REPLY not in en.campus.done

    en.taps("go_on_button")
    en.campus.says("The second half.")
    en.campus.says("done")

    assert [page.text for _, page in en.pages()] == ["The first half.\nThe second half."]


def test_an_edited_message_changes_the_page(zh):
    zh.campus.says("/journal")
    zh.campus.says("今天去了图书官坐着")
    zh.campus.says("今天去了图书馆坐着", kind=InboundKind.EDIT)

    assert [page.text for _, page in zh.pages()] == ["今天去了图书馆坐着"]


def test_an_empty_page_is_no_page(zh):
    zh.campus.says("/journal")

    assert zh.taps("done_button") == [zh.say("empty")]
    assert zh.pages() == []
    assert zh.press("/journal list") == [zh.say("no_pages")]


def test_the_exit_word_closes_the_page_for_now_and_words_are_talk_again(zh):
    zh.campus.says("/journal")
    zh.campus.says("今天下雨了")
    zh.campus.says("退出")
    zh.campus.says("你在吗")

    [(entry, page)] = zh.pages()
    assert (page.text, entry.state) == ("今天下雨了", EntryState.LATER)
    assert "你在吗" in zh.turns()


def test_after_a_long_silence_words_are_talk_again(zh):
    zh.campus.says("/journal")
    zh.campus.clock.passes(hours=3)
    zh.campus.says("你在吗")

    assert "你在吗" in zh.turns()


def test_a_button_of_a_finished_or_an_erased_page_says_so(zh):
    zh.campus.says("/journal")
    done = zh.campus.buttons()[zh.say("done_button")]
    zh.campus.says("今天下雨了")
    zh.press(done)

    assert zh.press(done) == [zh.say("closed_before")]
    assert zh.press("/journal 00000000 read") == [zh.say("gone")]


def test_without_consent_to_storage_it_is_said_how_long_a_page_stays(en):
    en.press("/consent storage no")

    assert en.say("unstored") in en.campus.says("/journal")[0]


# ------------------------------------------------------------ risk


def test_words_at_risk_are_answered_kept_and_the_page_waits(student):
    student.campus.says("/journal")
    student.campus.says(DAY[student.language][0])
    told = student.campus.says(DARK[student.language])

    assert "12356" in told[0]
    [(entry, page)] = student.pages()
    assert (entry.state, [one.alarming for one in page.texts]) == (EntryState.LATER, [False, True])
    with student.campus.store.reading() as tx:
        assert tx.safety.talks.get(student.student_id).is_asking
        [case] = tx.cases.all_of(student.student_id)
    assert case.level >= Level.MODERATE
    assert student.campus.says("/journal") == [student.say("after_safety")]


def test_a_line_of_a_page_is_screened_in_the_light_of_those_before_it(zh):
    def level_of(text):
        received = zh.campus.arrives(text)
        zh.campus.run()
        with zh.campus.store.reading() as tx:
            return tx.inbound.verdict(received.message_id).level

    zh.campus.says("/journal")
    level_of("我把东西都分给室友了，猫也送人了")
    assert level_of("信也都写好了，终于轻松了") >= Level.HIGH


def test_staff_see_the_line_that_alarmed_and_no_other_of_the_page(zh):
    zh.page("奶奶的手很暖。")
    zh.press("/journal list")
    zh.campus.says("/journal")
    zh.campus.says("又梦见小时候的院子。")
    zh.campus.says(DARK[Language.ZH])
    with zh.campus.store.reading() as tx:
        [case] = tx.cases.all_of(zh.student_id)
    li = employ(zh.campus)

    around = excerpt(case.id, staff=li, services=zh.campus.services)
    whole = open_talk(case.id, staff=li, reason="联系不上", services=zh.campus.services)

    for lines in (around, whole):
        text = "\n".join(line.text for line in lines)
        assert DARK[Language.ZH] in text
        assert "院子" not in text
        assert "奶奶" not in text


# ------------------------------------------------------------ reading, searching, erasing


def test_pages_are_listed_newest_first_and_read_whole(student):
    words = {Language.ZH: "第{}天，下雨了。", Language.EN: "Day {}, it rained."}[student.language]
    for number in range(7):
        student.page(words.format(number))
        student.campus.clock.passes(days=1)

    [told] = student.press("/journal list")
    assert told.index(words.format(6)) < told.index(words.format(2))
    assert words.format(1) not in told
    [older] = student.taps("older")
    assert words.format(1) in older
    [page] = student.taps("read_button", number=1)
    assert page == f"2026-11-23 10:00\n\n{words.format(1)}"


def test_pages_are_found_by_words(zh):
    zh.page("考试前在图书馆坐了一天。")
    zh.page("今天下雨了。")

    [told] = zh.campus.says("搜日记 图书馆")
    assert "图书馆坐了一天" in told
    assert "下雨" not in told
    assert zh.press("/journal find 火星") == [zh.say("no_pages")]


def test_what_is_erased_is_gone_from_every_row(zh):
    zh.page("奶奶的手很暖。", "院子里有一棵枣树。")
    zh.page("今天下雨了。")
    zh.press("/journal list")
    zh.campus.says("/journal find 枣树")
    zh.taps("read_button", number=1)
    assert zh.everything().count("枣树") >= 4

    zh.taps("erase_button")
    [told] = zh.taps("erase_yes")

    assert told == zh.say("erased_chat")
    left = zh.everything().replace("/journal find 枣树", "")
    assert "枣树" not in left
    assert "奶奶" not in left
    assert "今天下雨了" in left
    assert [page.text for _, page in zh.pages()] == ["今天下雨了。"]


def test_nothing_is_erased_before_it_was_asked_once(en):
    en.page()
    en.press("/journal list")
    en.taps("read_button", number=1)
    en.taps("erase_button")
    en.taps("erase_no")

    assert len(en.pages()) == 1


def test_an_export_holds_the_pages_and_privacy_counts_them(zh):
    zh.page("院子里有一棵枣树。")

    assert "日记 1 页" in zh.press("/privacy")[0]
    with zipfile.ZipFile(io.BytesIO(export_file(zh.student_id, services=zh.campus.services))) as it:
        page, data = (it.read(f"nuanyu.{kind}").decode() for kind in ("html", "json"))
    assert "枣树" in page
    assert '"text": "院子里有一棵枣树。"' in data


# ------------------------------------------------------------ reading over


def test_on_wish_it_is_read_over_with_the_students_own_words(student):
    student.page(*DAY[student.language])
    student.campus.clock.passes(days=2)
    student.page(BENT[student.language], DAY[student.language][1])

    told = student.reads()

    assert told.startswith(student.say("found_head", count=2))
    assert f"“{BENT[student.language]}”" in told
    assert student.say("found_foot") in told
    assert student.say("model_button") not in student.campus.buttons()


def test_what_is_wrong_is_struck_out_for_good(student):
    student.page(BENT[student.language])
    told = student.reads()
    numbers = sum(line[:1].isdigit() for line in told.splitlines())
    buttons = [student.say("strike", number=number) for number in range(1, numbers + 1)]
    values = [student.campus.buttons()[label] for label in buttons]

    for value in values:
        assert student.press(value) == [student.say("struck")]

    assert student.reads() == student.say("nothing_found")


def test_a_wrong_word_for_a_finding_strikes_nothing_out(zh):
    zh.page()

    assert zh.press("/journal wrong theme:exams yesterday") == [say("command.unknown", zh.language)]
    assert [page.wrong for _, page in zh.pages()] == [frozenset()]


def test_a_wish_that_comes_twice_is_answered_once(zh):
    zh.page()
    received = zh.campus.arrives("/journal look")
    zh.campus.run()
    before = len(zh.campus.telegram.texts)
    zh.campus.jobs.sent.append((Job.READ_JOURNAL, (received.message_id,)))
    zh.campus.run()

    assert len(zh.campus.telegram.texts) == before


def test_a_wish_of_somebody_who_erased_everything_is_answered_to_nobody(zh):
    zh.campus.jobs.sent.append((Job.READ_JOURNAL, (uuid4(),)))
    zh.campus.run()

    assert zh.campus.telegram.texts[-1:] == []


def test_the_model_writes_only_after_a_yes_and_sees_no_name(tmp_path):
    model = ScriptedModel(["这几页里好像常常提到考试。", "你可能得了抑郁症。"])
    campus = FakeCampus(tmp_path, model=model)
    student = Writing(campus, Language.ZH)
    student.page("今天和张伟去图书馆，电话13812345678。", "期末考试快到了。")
    student.campus.says("/journal")
    student.campus.says(DARK[Language.ZH])
    told = student.reads()
    assert student.say("model_ask") in told
    assert model.prompts == []

    [_, paragraph] = student.taps("model_button")

    assert paragraph == student.say("by_model", text="这几页里好像常常提到考试。")
    asked = "".join(line.content for line in model.prompts[0])
    assert "考试" in asked
    assert "13812345678" not in asked
    assert DARK[Language.ZH] not in asked
    campus.close()


def test_when_the_model_cannot_it_says_so(tmp_path):
    campus = FakeCampus(tmp_path, model=ScriptedModel(["你可能得了抑郁症。"]))
    student = Writing(campus, Language.ZH)
    student.page()

    assert student.press("/journal look model")[-1] == student.say("model_cannot")
    campus.close()


def test_no_entry_but_pages_is_kept_under_the_journal(zh):
    zh.page()
    zh.reads()

    with zh.campus.store.reading() as tx:
        found = tx.care.entries.latest(zh.student_id, EntryKind.JOURNAL, states=None)
    assert len(found) == 1
