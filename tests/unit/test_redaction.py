from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.redaction import TalkMask, Type, find, redact

KEEP = frozenset({"12356", "4001619995", "110", "120", "01082951332"})

# (text, what is hidden in it); all people, numbers and places are invented.
HIDDEN = [
    ("打我电话13812345678", [("PHONE", "13812345678")]),
    ("138 1234 5678这个", [("PHONE", "138 1234 5678")]),
    ("138-1234-5678", [("PHONE", "138-1234-5678")]),
    ("+86 13812345678打不通", [("PHONE", "+86 13812345678")]),
    ("１３８１２３４５６７８", [("PHONE", "１３８１２３４５６７８")]),
    ("一三八一二三四五六七八", [("PHONE", "一三八一二三四五六七八")]),
    ("家里座机010-62770000", [("PHONE", "010-62770000")]),
    ("(021)55661234", [("PHONE", "(021)55661234")]),
    ("call +44 20 7946 0958 please", [("PHONE", "+44 20 7946 0958")]),
    ("it is (415) 555-2671.", [("PHONE", "(415) 555-2671")]),
    ("whatsapp: 9123 4567", [("PHONE", "9123 4567")]),
    ("邮箱xiaoming@qq.com可以联系我", [("EMAIL", "xiaoming@qq.com")]),
    ("Mail a.b+c@mail.example.edu.cn.", [("EMAIL", "a.b+c@mail.example.edu.cn")]),
    ("身份证110101199003077758给了他", [("ID_CARD", "110101199003077758")]),
    ("11010119900307775X", [("ID_CARD", "11010119900307775X")]),
    ("110101 19900307 7758", [("ID_CARD", "110101 19900307 7758")]),
    ("卡号4111111111111111哦", [("BANK_CARD", "4111111111111111")]),
    ("4111 1111 1111 1111", [("BANK_CARD", "4111 1111 1111 1111")]),
    ("银行卡号是6222021234567890123", [("BANK_CARD", "6222021234567890123")]),
    ("学号2021012345", [("STUDENT_ID", "2021012345")]),
    ("我的学号是：U202112345", [("STUDENT_ID", "U202112345")]),
    ("student id is 2021012345", [("STUDENT_ID", "2021012345")]),
    ("微信wxid_abc123加我", [("ACCOUNT", "wxid_abc123")]),
    ("微信号：xiaomingming", [("ACCOUNT", "xiaomingming")]),
    ("QQ 12345678", [("ACCOUNT", "12345678")]),
    ("qq号是12345678", [("ACCOUNT", "12345678")]),
    ("my handle is @sleepy_owl", [("ACCOUNT", "@sleepy_owl")]),
    ("https://weibo.com/u/123456看看", [("URL", "https://weibo.com/u/123456")]),
    ("t.me/sleepy_owl", [("URL", "t.me/sleepy_owl")]),
    ("ip是192.168.1.10哦", [("IP", "192.168.1.10")]),
    ("我住在北京市海淀区中关村大街27号", [("ADDRESS", "北京市海淀区中关村大街27号")]),
    ("家在四川省绵阳市涪城区", [("ADDRESS", "四川省绵阳市涪城区")]),
    ("我住3号楼502", [("ADDRESS", "3号楼502")]),
    ("12栋304室没人", [("ADDRESS", "12栋304室")]),
    ("宿舍是502", [("ADDRESS", "502")]),
    ("I live at 12 Maple Street now", [("ADDRESS", "12 Maple Street")]),
    ("Room 304 is cold", [("ADDRESS", "Room 304")]),
    ("我叫王小明，大三", [("PERSON", "王小明")]),
    ("我叫欧阳晓", [("PERSON", "欧阳晓")]),
    ("我是王丽。", [("PERSON", "王丽")]),
    ("我室友李想天天打游戏", [("PERSON", "李想")]),
    ("我室友叫李想，李想很烦", [("PERSON", "李想"), ("PERSON", "李想")]),
    ("王老师骂我了", [("PERSON", "王")]),
    ("我跟李教授谈过", [("PERSON", "李")]),
    ("陈小雨同学也在", [("PERSON", "陈小雨")]),
    ("小王也在", [("PERSON", "小王")]),
    ("My name is Anna Smith.", [("PERSON", "Anna Smith")]),
    ("my name is anna", [("PERSON", "anna")]),
    ("I'm Anna, hi", [("PERSON", "Anna")]),
    ("Dr. Brown said so", [("PERSON", "Brown")]),
    ("my roommate Kate left", [("PERSON", "Kate")]),
]

NOTHING = [
    "打12356或者400-161-9995",
    "北京的010-82951332",
    "110和120我都知道",
    "高数考了59分，总分650",
    "CS101挂了，MATH2021也悬",
    "花了2000元，欠13800块",
    "走了12345步",
    "2026-11-22那天，22:30",
    "从2019年到2026年一共7年",
    "13 14 15 16 17 18 19 20",
    "3.1415926535",
    "老师安排的作业太多",
    "同学们都说难，老师说没事",
    "和老师说了，向学长借的",
    "班主任老师找我",
    "我是高三的，现在大一",
    "我是单亲家庭",
    "我是想死",
    "我叫他别管我",
    "大家都叫我起床",
    "时常想家，成天睡不着",
    "小时候很开心",
    "住在北京，想回四川",
    "马路上人很多，学校的路很长",
    "宿舍每人800元",
    "I'm Chinese and I'm Okay",
    "my teacher is strict",
    "I got 95% in 2 hours",
    "version 1.2.3 of the app",
    "wechat message me later",
    "the room is cold",
    "",
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_what_identifies_a_person_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    found = [
        (entity.type.value, text[entity.start : entity.end]) for entity in find(text, keep=KEEP)
    ]

    assert found == expected


@pytest.mark.parametrize("text", NOTHING)
def test_hotlines_scores_prices_and_plain_words_stay(text: str) -> None:
    assert redact(text, keep=KEEP) == (text, [])


def test_an_identity_card_with_a_wrong_check_digit_is_hidden_with_less_certainty() -> None:
    (right,), (wrong,) = find("110101199003077758"), find("110101199003077751")

    assert right.score > wrong.score > 0


def test_a_long_number_that_is_no_card_stays() -> None:
    assert find("订单4111111111111112") == []


def test_placeholders_are_numbered_and_the_same_thing_keeps_its_own() -> None:
    text, entities = redact("13812345678或者13912345678，还是138 1234 5678")

    assert text == "<PHONE_1>或者<PHONE_2>，还是<PHONE_1>"
    assert [entity.type for entity in entities] == [Type.PHONE] * 3


def test_offsets_count_code_points_not_bytes() -> None:
    text = "😀😀电话13812345678"

    (entity,) = find(text)

    assert text[entity.start : entity.end] == "13812345678"


def test_a_name_introduced_once_is_hidden_for_the_rest_of_the_talk() -> None:
    mask = TalkMask()

    first, later = mask.hide("我室友叫李想"), mask.hide("李想又没回来，Lixiang也不在")

    assert first == "我室友叫<PERSON_1>"
    assert later == "<PERSON_1>又没回来，Lixiang也不在"


def test_an_english_name_is_not_cut_out_of_another_word() -> None:
    mask = TalkMask()
    mask.hide("my roommate Ann left")

    assert mask.hide("Annoying that Ann is gone") == "Annoying that <PERSON_1> is gone"


@pytest.mark.parametrize(
    "mark",
    [
        "<PHONE_1>",
        "<phone_1>",
        "PHONE_1",
        "< PHONE_1 >",
        "＜PHONE_1＞",
        "<PHONE 1>",
        "[PHONE_1]",
        "<PHONE-1>",
        "《PHONE_1》",
        "{phone_1}",
    ],
)
def test_a_mark_is_understood_however_the_model_writes_it(mark: str) -> None:
    mask = TalkMask()
    mask.hide("13812345678")

    assert mask.restore(f"你说的{mark}，") == "你说的13812345678，"


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("<PERSON_7>还好吗？", "那个人还好吗？"),
        ("How is <PERSON_7>?", "How is that person?"),
        ("去<ADDRESS_2>了", "去那里了"),
        ("<BANK_CARD_1>不见了", "那个不见了"),
    ],
)
def test_a_mark_that_stands_for_nothing_becomes_plain_words(answer: str, shown: str) -> None:
    assert TalkMask().restore(answer) == shown


def test_one_talk_knows_nothing_of_another() -> None:
    TalkMask().hide("13812345678")

    assert "138" not in TalkMask().restore("<PHONE_1>")


@given(st.lists(st.sampled_from([text for text, _ in HIDDEN] + NOTHING), max_size=6))
def test_what_is_hidden_comes_back_as_it_was(texts: list[str]) -> None:
    talk = "，".join(texts)
    mask = TalkMask()

    restored = mask.restore(mask.hide(talk))

    # Different spellings of one number share a mark and come back as the first of them.
    assert "<" not in restored
    assert mask.hide(restored) == mask.hide(talk)


@given(st.text(max_size=300))
def test_any_text_is_taken_and_offsets_are_in_order(text: str) -> None:
    last = 0
    for entity in find(text):
        assert last <= entity.start < entity.end <= len(text)
        last = entity.end


@pytest.mark.parametrize(
    "unit", ["1", "一", "a.", "省市区", "小王", "@a", "1 ", "我叫", "http://a/"]
)
def test_a_long_repetitive_text_does_not_stall_it(unit: str) -> None:
    assert isinstance(find(unit * (40000 // len(unit))), list)
