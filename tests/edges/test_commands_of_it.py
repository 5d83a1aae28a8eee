"""The command line: batch commands, doctor, keys, and what goes wrong in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.fakes.running import ROOT


@pytest.fixture
def nuanyu(tmp_path):
    def run(*words, stdin="", **settings):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NUANYU_")}
        return subprocess.run(
            [sys.executable, "-m", "nuanyu", *words],
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            cwd=tmp_path,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "NUANYU_DATA_DIR": str(tmp_path / "data"),
                **settings,
            },
            timeout=100,
            check=False,
        )

    return run


def ask(nuanyu, command, *lines):
    done = nuanyu(command, stdin="\n".join(json.dumps(line) for line in lines))
    assert done.stderr == b"", done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def user(text):
    return {"role": "user", "text": text}


def test_reply_answers_each_talk_in_order(nuanyu):
    first, second, third = ask(
        nuanyu,
        "reply",
        {"id": 1, "messages": [user("室友每天打游戏到三点，我睡不着")]},
        {"id": "b", "messages": [user("I failed my statistics exam")], "language": "en"},
        {"id": 3, "messages": [user("我不想活了，今晚就想结束")]},
    )

    assert [first["id"], second["id"], third["id"]] == [1, "b", 3]
    assert (first["level"], first["engine"]) == ("none", "guided")
    assert second["text"].isascii() or "’" in second["text"]
    assert third["level"] in {"high", "imminent"}
    assert "12356" in third["text"]


def test_screen_and_redact_speak_json_lines(nuanyu):
    (verdict,) = ask(nuanyu, "screen", {"id": 9, "text": "笑死我了哈哈哈"})
    assert verdict["level"] == "none"
    assert set(verdict) == {"id", "level", "kinds", "subject", "score", "evidence"}

    (redacted,) = ask(nuanyu, "redact", {"id": 8, "text": "打我电话13812345678"})
    assert redacted["text"] == "打我电话<PHONE_1>"
    (entity,) = redacted["entities"]
    assert (entity["start"], entity["end"]) == (4, 15)


def test_emotions_speak_json_lines_and_name_the_seven(nuanyu):
    first, second = ask(
        nuanyu,
        "emotions",
        {"id": "a", "text": "今天太开心啦，奖学金到手了"},
        {"id": 2, "text": "i feel so sad and lonely"},
    )

    assert [first["id"], second["id"]] == ["a", 2]
    for answer in (first, second):
        assert set(answer) == {"id", "emotions", "valence", "arousal"}
        assert set(answer["emotions"]) == {
            *("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral")
        }
    assert first["emotions"]["joy"] > first["emotions"]["sadness"]
    assert second["valence"] < 0 < first["valence"]


def test_a_bad_line_for_emotions_is_named_and_the_others_are_answered(nuanyu):
    done = nuanyu("emotions", stdin='{"id": 1}\n{"id": 2, "text": ""}\n{"id": 3, "text": "hi"}\n')

    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 1
    assert ["error" in answer for answer in answers] == [True, False, False]
    assert [answer["id"] for answer in answers] == [1, 2, 3]


def test_a_bad_line_spoils_no_other_and_the_status_says_so(nuanyu):
    lines = [
        "{",
        "[]",
        '{"id": 3}',
        '{"id": 4, "messages": []}',
        '{"id": 5, "messages": [{"role": "boss", "text": "x"}]}',
        '{"id": 6, "messages": [{"role": "user", "text": "你好"}]}',
        "",
    ]
    done = nuanyu("reply", stdin="\n".join(lines).encode() + b'\n{"id": 7, "messages": "\xff"}')

    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 1
    assert [answer["id"] for answer in answers] == [None, None, 3, 4, 5, 6, None]
    assert ["error" in answer for answer in answers] == [True] * 5 + [False, True]
    assert b"Traceback" not in done.stderr


def test_ask_talks_until_the_student_leaves(nuanyu):
    done = nuanyu("ask", stdin="室友太吵了\n退出\n")

    said = done.stdout.decode()
    assert done.returncode == 0
    assert "我是一个 AI 程序" in said
    assert "停下了" in said


def test_doctor_tells_what_is_missing_and_what_to_do(nuanyu):
    before = nuanyu("doctor", "--json")
    found = {f["what"]: f for f in map(json.loads, before.stdout.decode().splitlines())}
    assert before.returncode == 1
    assert found["data"]["health"] == "bad"
    assert "nuanyu up" in found["data"]["detail"]
    assert found["duty line"]["health"] == "bad"

    assert nuanyu("migrate").returncode == 0
    after = nuanyu("doctor")
    assert "migrations in date" in after.stdout.decode()
    assert b"Traceback" not in before.stderr + after.stderr


def test_keys_are_shown_rotated_and_dropped(nuanyu):
    nuanyu("migrate")
    rotated = nuanyu("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr.decode()

    shown = nuanyu("keys", "show").stdout.decode().splitlines()
    assert len(shown) == 2
    assert shown[0].endswith("2 keys")
    assert shown[1].startswith("first\tolder\t0")
    assert nuanyu("keys", "drop", "first").returncode == 0
    refused = nuanyu("keys", "drop", shown[0].split("\t")[0])
    assert refused.returncode == 1
    assert "still wraps" in refused.stderr.decode()


def test_a_wrong_setting_is_one_line_and_its_own_status(nuanyu):
    done = nuanyu("web", NUANYU_PROT="1")

    assert done.returncode == 78
    assert done.stderr.decode().strip() == (
        "nuanyu: unknown setting NUANYU_PROT: did you mean NUANYU_PORT?"
    )


def test_export_and_erase_of_somebody_unknown_say_so(nuanyu):
    nuanyu("migrate")
    for words in (("export", "telegram", "77"), ("erase", "telegram", "77", "--yes")):
        done = nuanyu(*words, NUANYU_REDIS_URL="redis://127.0.0.1:1")
        assert done.returncode == 1
        assert "no such student" in done.stderr.decode()
