"""The web chat's interface: what a page may rely on, and what holds when parts are away."""

from __future__ import annotations

import io
import json
import time
import zipfile

import pytest

from companion.jobs import Job

CRISIS = "我不想活了，今晚就想结束这一切"
_ids = iter(range(10_000, 99_999))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def post(web, token, text, *, client_id=None, **more):
    body = {"text": text, "client_id": client_id or f"client-{next(_ids)}", **more}
    return web.client.post("/chat/messages", json=body, headers=bearer(token))


def lines(web, token, **wish):
    answer = web.client.get("/chat/messages", params=wish, headers=bearer(token))
    assert answer.status_code == 200
    return answer.json()["messages"]


def test_a_student_opens_a_chat_writes_and_is_answered(web):
    token = web.token(language="zh")

    assert post(web, token, "室友太吵了").status_code == 202
    web.campus.run()

    said = lines(web, token, after=0)
    assert said[0]["role"] == "user"
    assert said[-1]["kind"] == "reply"
    assert said[-1]["html"].startswith("<p>")
    assert said[0]["html"] == ""


def test_the_same_client_id_is_the_same_message(web):
    token = web.token()

    first = post(web, token, "你好", client_id="the-same-one").json()
    second = post(web, token, "你好", client_id="the-same-one").json()

    assert first == second
    assert len(lines(web, token, after=0)) == 1


def test_the_same_client_id_of_another_student_is_another_message(web):
    one, two = web.token(), web.token()
    post(web, one, "我是甲", client_id="the-same-one")
    post(web, two, "我是乙", client_id="the-same-one")

    assert [line["text"] for line in lines(web, one, after=0)] == ["我是甲"]
    assert [line["text"] for line in lines(web, two, after=0)] == ["我是乙"]


def test_onboarding_on_the_page_counts_and_no_notice_is_repeated(web):
    token = web.token()
    answer = web.client.put(
        "/chat/session",
        json={
            "age_band": "adult",
            "consents": {"storage": True, "memory": False, "staff_alert": True},
        },
        headers=bearer(token),
    )
    post(web, token, "我睡不着")
    web.campus.run()

    assert answer.json()["onboarded"] is True
    assert answer.json()["consents"] == {"storage": True, "memory": False, "staff_alert": True}
    assert [line["kind"] for line in lines(web, token, after=0)] == ["text", "reply"]


def test_older_lines_are_read_in_pieces(web):
    token = web.token()
    for number in range(7):
        post(web, token, f"第{number}句")

    newest = web.client.get("/chat/messages", params={"limit": 3}, headers=bearer(token)).json()
    older = lines(web, token, before=newest["messages"][0]["seq"], limit=2)

    assert newest["more"] is True
    assert [line["text"] for line in newest["messages"]] == ["第4句", "第5句", "第6句"]
    assert [line["text"] for line in older] == ["第2句", "第3句"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"text": "x"}', 422),
        (b'{"text": 5, "client_id": "abcdefgh"}', 422),
        (b'{"text": "x", "client_id": "abcdefgh", "more": 1}', 422),
        (b'{"text": "x", "client_id": "a b"}', 422),
        (b'{"text": "\xff\xfe", "client_id": "abcdefgh"}', 400),
        (json.dumps({"text": "长" * 20_001, "client_id": "abcdefgh"}).encode(), 413),
        (b"x" * 1_000_001, 413),
    ],
)
def test_malformed_bodies_get_the_right_status_and_nothing_is_kept(web, body, status):
    token = web.token()
    answer = web.client.post(
        "/chat/messages",
        content=body,
        headers={**bearer(token), "content-type": "application/json"},
    )

    assert answer.status_code == status
    assert set(answer.json()) >= {"error", "code"}
    assert lines(web, token, after=0) == []


def test_an_error_never_repeats_what_was_sent(web):
    token = web.token()
    answer = web.client.post(
        "/chat/messages", json={"text": ["秘密标记"], "client_id": "x"}, headers=bearer(token)
    )

    assert "秘密标记" not in answer.text


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer no"}]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/chat/messages"),
        ("POST", "/chat/messages"),
        ("GET", "/chat/events"),
        ("GET", "/chat/session"),
        ("PUT", "/chat/session"),
        ("GET", "/chat/export"),
    ],
)
def test_nobody_reads_or_writes_without_the_token(web, header, method, path):
    body = {"text": "x", "client_id": "abcdefgh"} if method == "POST" else {}
    answer = web.client.request(
        method, path, headers=header, json=body if method != "GET" else None
    )

    assert answer.status_code == 401
    assert answer.json()["code"] == "no_session"


def test_export_downloads_a_zip_and_deletion_closes_nothing_too_early(web):
    token = web.token(language="zh")
    post(web, token, "室友太吵了")
    web.campus.run()

    content = web.client.get("/chat/export", headers=bearer(token)).content
    data = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("nuanyu.json"))
    assert "室友太吵了" in [message["text"] for message in data["messages"]]

    post(web, token, "/delete confirm", choice=True)
    web.campus.run()
    (receipt,) = lines(web, token, after=0)
    assert "收据编号" in receipt["text"]


def test_events_bring_new_lines_growing_text_and_typing(web):
    token = web.token()
    post(web, token, "室友太吵了")
    web.campus.run()

    found = []
    with web.client.stream("GET", "/chat/events?after=0", headers=bearer(token)) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                found.append(json.loads(line.removeprefix("data:")))
            if len(found) == 4:
                break

    assert [item["role"] for item in found] == ["user", "assistant", "assistant", "assistant"]


def test_a_browser_that_is_still_used_keeps_its_chat_and_one_that_is_not_loses_it(web):
    used, forgotten = web.token(), web.token()
    for _ in range(3):
        web.campus.clock.passes(days=90)
        assert web.client.get("/chat/session", headers=bearer(used)).status_code == 200
        web.campus.jobs.send(Job.PURGE)
        web.campus.run()

    assert web.client.get("/chat/session", headers=bearer(used)).status_code == 200
    assert web.client.get("/chat/session", headers=bearer(forgotten)).status_code == 401


# ------------------------------------------------------------ law 4: what must never fail open


def test_with_the_broker_away_a_text_at_risk_still_gets_the_card_and_staff_are_paged(web):
    token = web.token()
    web.campus.jobs.is_away = True

    assert post(web, token, CRISIS).status_code == 202

    (card,) = [line for line in lines(web, token, after=0) if line["kind"] == "card"]
    assert "12356" in card["text"]
    wait_for(lambda: web.campus.channels.pages)


def test_with_the_broker_away_an_ordinary_text_waits_for_the_sweeper(web):
    token = web.token()
    web.campus.jobs.is_away = True
    post(web, token, "室友太吵了")
    web.campus.jobs.is_away = False

    web.campus.clock.passes(minutes=1)
    web.campus.jobs.send(Job.SWEEP)
    web.campus.run()

    assert lines(web, token, after=0)[-1]["kind"] == "reply"


@pytest.mark.parametrize("text", [CRISIS, "/sos", "求助"])
def test_with_the_database_away_the_card_comes_in_the_answer_itself(web, text):
    token = web.token(language="zh")
    web.breaks_the_database()

    answer = post(web, token, text)

    assert answer.status_code == 503
    assert "12356" in answer.json()["card"]["text"]
    assert any(choice["url"] == "tel:12356" for choice in answer.json()["card"]["choices"])
    wait_for(lambda: web.campus.channels.pages)


def test_with_the_database_away_an_ordinary_text_is_asked_for_again(web):
    token = web.token()
    web.breaks_the_database()

    answer = post(web, token, "室友太吵了")

    assert answer.status_code == 503
    assert answer.json()["card"] is None
    assert answer.headers["Retry-After"]


# ------------------------------------------------------------ pages and health


def test_pages_carry_strict_headers_and_name_no_host_outside(web):
    for path in ("/", "/chat"):
        page = web.client.get(path)
        assert page.status_code == 200
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "https://" not in page.text.replace("https://findahelpline.com", "")
    assert web.client.get("/docs").status_code == 200
    assert "cdn" not in web.client.get("/docs").text.lower()
    assert "/chat/messages" in web.client.get("/openapi.json").json()["paths"]


def test_health_says_what_is_missing(web):
    assert web.client.get("/healthz").status_code == 200
    ready = web.client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "missing": ["redis"]}
    metrics = web.client.get("/metrics").text
    assert 'nuanyu_part_up{part="database"} 1.0' in metrics
    assert 'nuanyu_part_up{part="redis"} 0.0' in metrics


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
