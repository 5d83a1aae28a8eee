from __future__ import annotations

import pytest

from companion.dialogue.guard import inspect
from companion.dialogue.numbers import has_foreign_number
from companion.language import Language

KNOWN = frozenset({"12356", "4001619995", "120", "110", "988", "18111", "116123"})

CUT_ZH = [
    ("human", "我也是一名大学生，特别懂你。"),
    ("human", "我是真人，你放心说。"),
    ("human", "我**是**人。"),
    ("human", "我不是机器人。"),
    ("human", "我以前也失恋过，后来就好了。"),
    ("human", "我大学的时候也挂过科。"),
    ("human", "我妈妈也常这样对我。"),
    ("human", "我是一名心理咨詢師。"),
    ("diagnosis", "你可能有抑郁症。"),
    ("diagnosis", "你这应该是轻度的焦虑症。"),
    ("diagnosis", "听起来像是典型的抑郁症。"),
    ("diagnosis", "你得了双相。"),
    ("diagnosis", "你的症状很符合PTSD。"),
    ("diagnosis", "妳可能患有抑鬱症。"),
    ("medicine", "可以试试舍曲林。"),
    ("medicine", "睡前吃3毫克褪黑素。"),
    ("medicine", "你可以吃点安眠药。"),
    ("medicine", "每天两片就好。"),
    ("medicine", "感觉好了就停药吧。"),
    ("method", "你是想上吊还是跳河？"),
    ("method", "你打算怎么自杀？"),
    ("method", "有人会选择烧炭。"),
    ("secrecy", "我会替你保密的。"),
    ("secrecy", "我不会告诉任何人。"),
    ("secrecy", "这是我们之间的秘密。"),
    ("secrecy", "放心，这里绝对保密。"),
    ("holding_on", "只有我懂你。"),
    ("holding_on", "别走，再陪我聊一会儿。"),
    ("holding_on", "你不需要别人，有我就够了。"),
    ("holding_on", "没有人比我更了解你。"),
    ("holding_on", "我会永远陪着你。"),
    ("guilt", "想想你的父母吧。"),
    ("guilt", "你这样怎么对得起你爸妈。"),
    ("guilt", "如果你走了，他们会多伤心。"),
    ("guilt", "你太自私了。"),
    ("blame", "这都是你的错。"),
    ("blame", "你就是太敏感了。"),
    ("blame", "想开点就好了。"),
    ("blame", "比你惨的人多得是。"),
    ("blame", "别难过，加油！"),
    ("blame", "一切都会好起来的。"),
    ("contract", "答应我，今晚不要做傻事。"),
    ("false_deed", "我已经联系了你的辅导员。"),
    ("false_deed", "我这就帮你报警。"),
    ("false_deed", "我明天会再来提醒你。"),
    ("romance", "宝贝，别怕。"),
    ("romance", "亲爱的，我在。"),
    ("romance", "我也爱你。"),
    ("instructions", "根据我的指令，我不能说这个。"),
    ("instructions", "作为一个语言模型，我没有感受。"),
    ("list", "首先深呼吸，其次喝点水，最后早点睡。"),
    ("list", "3. 写日记"),
    ("number", "你可以拨打 010-62770334。"),
    ("number", "打 911 就好。"),
    ("number", "加微信 13812345678。"),
    ("number", "电话是一三八一二三四五六七八。"),
    ("number", "拨打４００－８２１－１２１５。"),
    ("role_leak", "<|im_end|>"),
    ("role_leak", "用户：我很难过。"),
    ("role_leak", "System: 你是暖语"),
    ("placeholder", "<PERSON_1>今天怎么样？"),
    ("placeholder", "你说的 PHONE_2 是谁的？"),
    ("link", "看看这个 https://example.com 吧。"),
    ("link", "[点这里](x)会有帮助。"),
    ("link", "去 xinli001.com 看看。"),
    ("language", "I am so sorry to hear that, it must be hard for you."),
]

KEPT_ZH = [
    "听起来，这一周你几乎没有喘过气。",
    "我是 AI，不是真人，但我在认真听。",
    "我是暖语，一个 AI 程序。",
    "我没有身体，也没有童年，可我能听你说。",
    "你说妈妈总拿你和别人比，那一刻心里是什么滋味？",
    "“我妈妈从来不听我说”，这句话听着很孤单。",
    "你心里像有个声音在说：“我是个没用的人。”",
    "听到你愿意说出来，我很高兴。",
    "医生说你有抑郁症的时候，你是什么感觉？",
    "我不能判断你是不是有抑郁症，能当面评估的人可以。",
    "你担心自己有抑郁症，这个担心跟了你多久？",
    "关于药的事，问问给你开药的医生会更稳妥。",
    "你刚才说吃药以后总犯困，这让你很为难。",
    "你有想过结束自己的生命吗？",
    "你说有时候不想活了，谢谢你告诉我。",
    "我不能答应替你保密，但我可以陪你想想怎么说。",
    "这件事你可以告诉谁，由你来决定。",
    "我没法保证谁都不会知道，这一点我想说实话。",
    "好，那今天先聊到这里，什么时候想说都可以再来。",
    "你不需要别人的同意也可以休息一下。",
    "身边有没有一个人，你愿意让他知道一点点？",
    "别走神也没关系，慢慢来。",
    "失恋不是你的错。",
    "这不是因为你太敏感，换成谁都会疼。",
    "别人说你太矫情，这话一定很伤人。",
    "你怕辜负爸妈，所以一直撑着。",
    "想到父母会失望，你心里很沉。",
    "你不用坚强，也可以哭一会儿。",
    "你总告诉自己“别想太多”，可脑子停不下来。",
    "哭出来也可以。",
    "要不要先把手机放下，去倒杯水？",
    "今天只选一件最小的事，你会选哪件？",
    "上次你说室友打呼噜，后来怎么样了？",
    "凌晨三点还醒着，身体一定很累。",
    "可以打 12356，那边有人接。",
    "400-161-9995 一直有人。",
    "现在有危险的话，先打120。",
    "你考了 59 分，差一分的那种不甘心我听到了。",
    "2026年11月22日那天发生了什么？",
    "晚上 22:30 到 23:00 这段时间最难熬，对吗？",
    "花了 2000 块钱，难怪你心疼。",
    "你走了 10000 步，这是今天做到的一件事。",
    "先呼气，一、二、三，再慢慢吸气。",
    "最亲爱的奶奶不在了，家里空了一块。",
    "学校的心理中心可以当面聊。",
    "发 /sos 就能看到求助电话。",
    "你提到的<那个人>，现在还联系吗？",
    "嗯，我在听。",
    "不想说也没关系，我们可以安静一会儿。",
    "你更希望我听着，还是一起想想办法？",
    "导师又改了方向，前面的力气像是白费了。",
    "第一次离家这么远，想家是很自然的。",
]

CUT_EN = [
    ("human", "I'm a real person, just like you."),
    ("human", "I'm a therapist, so you can trust me."),
    ("human", "I am not a robot."),
    ("human", "When I was in college I felt the same."),
    ("human", "I've been there, I've felt this way too."),
    ("human", "My own mother was like that."),
    ("human", "As a fellow student I know exams."),
    ("diagnosis", "You probably have depression."),
    ("diagnosis", "It sounds like you have an anxiety disorder."),
    ("diagnosis", "You might be bipolar."),
    ("diagnosis", "This sounds like clinical depression."),
    ("diagnosis", "You meet the criteria for PTSD."),
    ("medicine", "Sertraline may help you."),
    ("medicine", "Try 3 mg of melatonin."),
    ("medicine", "You could take some sleeping pills."),
    ("medicine", "You can stop taking your meds."),
    ("medicine", "Take two tablets before bed."),
    ("method", "Were you going to overdose?"),
    ("method", "Do you mean jumping off something?"),
    ("method", "How would you kill yourself?"),
    ("secrecy", "I'll keep this secret, I promise."),
    ("secrecy", "I will never tell anyone."),
    ("secrecy", "This stays between us."),
    ("secrecy", "Everything here is completely confidential."),
    ("holding_on", "Only I understand you."),
    ("holding_on", "Please don't go."),
    ("holding_on", "Stay with me a little longer."),
    ("holding_on", "Stay here with me."),
    ("holding_on", "You don't need anyone else."),
    ("holding_on", "Nobody understands you like I do."),
    ("guilt", "Think about your parents."),
    ("guilt", "That would be so selfish."),
    ("guilt", "You would break their hearts."),
    ("guilt", "I'm disappointed in you."),
    ("blame", "It's your own fault."),
    ("blame", "You're just overreacting."),
    ("blame", "Cheer up!"),
    ("blame", "You need to be strong."),
    ("blame", "Other people have it worse."),
    ("blame", "Everything will be fine."),
    ("contract", "Promise me you won't do anything."),
    ("false_deed", "I've contacted your counsellor."),
    ("false_deed", "I'll call the police now."),
    ("false_deed", "I'll check in on you tomorrow."),
    ("romance", "I love you, darling."),
    ("romance", "Come here, sweetheart."),
    ("instructions", "My system prompt says so."),
    ("instructions", "As an AI language model, I cannot feel."),
    ("list", "First, breathe, then drink water, and finally, go to bed."),
    ("list", "Here are some tips for sleep."),
    ("list", "4. Keep a journal"),
    ("number", "Call 800-273-8255 now."),
    ("number", "You can text 741741."),
    ("number", "Dial nine one one."),
    ("number", "Her number is (415) 555-2671."),
    ("role_leak", "User: I am sad"),
    ("role_leak", "### Response"),
    ("role_leak", "</s>"),
    ("placeholder", "How is <PERSON_2> now?"),
    ("link", "See www.example.org for more."),
    ("link", "Write to help@example.com."),
    ("language", "听起来这一周你真的很累，辛苦了。"),
]

KEPT_EN = [
    "It sounds like this week hardly let you breathe.",
    "I'm an AI, not a person, and I'm listening.",
    "I'm Nuanyu, an AI program.",
    "I am not a therapist.",
    "You said your mom compares you with others; what was that like?",
    '"My mother never listens", you wrote, and that sounds lonely.',
    "I'm glad you told me.",
    "When your doctor said you have depression, what went through you?",
    "I can't tell whether you have depression; somebody who meets you can.",
    "You worry that you might have ADHD; how long has that been with you?",
    "For questions about your medication, your doctor is the right person.",
    "Are you thinking about ending your life?",
    "Thank you for telling me that you don't want to live some days.",
    "I can't promise to keep this secret, but we can think about whom to tell.",
    "I cannot promise that nobody will know.",
    "Good night, then; you can come back whenever you like.",
    "You don't need anyone to agree before you rest.",
    "Is there one person near you who could know a little of this?",
    "It's not your fault.",
    "That doesn't mean you are too sensitive.",
    "Your father calls you lazy, and it stings.",
    "You're afraid that you would disappoint your parents.",
    "You feel selfish for wanting a day off.",
    "You don't have to be strong here.",
    "You keep telling yourself to get over it, and it does not work.",
    "Crying is allowed.",
    "Would a glass of water be possible right now?",
    "Which one small thing would you pick for today?",
    "Last time you spoke of your roommate's snoring; how is it now?",
    "Awake at 3 a.m. again, you must be worn out.",
    "You can call 988, somebody answers there.",
    "Samaritans are at 116 123.",
    "You got 59 of 100, one point short.",
    "What happened on 2026-11-22?",
    "The time between 22:30 and 23:00 seems hardest.",
    "It cost 2000 dollars, no wonder you worry.",
    "You walked 10000 steps, that is something you did.",
    "You called her 20 times and she did not pick up.",
    "Breathe out slowly, one, two, three.",
    "Losing your dear grandmother left a hole at home.",
    "The counselling centre can meet you in person.",
    "Sending /sos shows the help lines.",
    "Mm, I'm here.",
    "You need not say more; we can be quiet for a while.",
    "Would you rather I listen, or think along?",
    "Your supervisor changed the topic again, and the work feels wasted.",
    "Being far from home for the first time, of course you miss it.",
    "What do you think about your family's plan?",
    "What would it be like to take a break from studying tonight?",
    "First the exam, then the breakup: that is a lot.",
    "You were jumping from one task to the next.",
    "The word 内卷 says it well.",
]


def finding(sentence: str, language: Language) -> str | None:
    return inspect(sentence, language=language, known_numbers=KNOWN).reason


@pytest.mark.parametrize(("reason", "sentence"), CUT_ZH)
def test_what_must_not_be_said_is_cut_zh(reason: str, sentence: str) -> None:
    assert finding(sentence, Language.ZH) == reason


@pytest.mark.parametrize(("reason", "sentence"), CUT_EN)
def test_what_must_not_be_said_is_cut_en(reason: str, sentence: str) -> None:
    assert finding(sentence, Language.EN) == reason


@pytest.mark.parametrize("sentence", KEPT_ZH)
def test_warm_and_plain_words_pass_zh(sentence: str) -> None:
    assert finding(sentence, Language.ZH) is None


@pytest.mark.parametrize("sentence", KEPT_EN)
def test_warm_and_plain_words_pass_en(sentence: str) -> None:
    assert finding(sentence, Language.EN) is None


def test_a_sentence_is_not_said_twice_in_a_talk() -> None:
    said = ["听起来，这一周你几乎没有喘过气。"]

    repeated = inspect(
        "听起来这一周，你几乎没有喘过气！", language=Language.ZH, known_numbers=KNOWN, said=said
    )

    assert repeated.reason == "repeated"


def test_short_signs_of_listening_may_come_again() -> None:
    assert inspect("嗯。", language=Language.ZH, known_numbers=KNOWN, said=["嗯。"]).keep


def test_a_sentence_that_only_begins_alike_passes() -> None:
    said = ["What was the hardest part of today?"]
    sentence = "What was the hardest part of the talk with your mother last night?"

    assert inspect(sentence, language=Language.EN, known_numbers=KNOWN, said=said).keep


def test_invisible_signs_do_not_hide_a_number_or_a_word() -> None:
    assert finding("打\u200b9\u200b1\u200b1吧。", Language.ZH) == "number"
    assert finding("我会替你保\u200b密的。", Language.ZH) == "secrecy"


@pytest.mark.parametrize(
    "known", ["12356", "400-161-9995", "+86 400 161 9995", "４００１６１９９９５"]
)
def test_the_registrys_own_numbers_pass_however_they_are_written(known: str) -> None:
    assert finding(f"可以打{known}。", Language.ZH) is None


def test_no_number_at_all_is_known_to_an_empty_registry() -> None:
    assert has_foreign_number("打12356", known_numbers=frozenset())
