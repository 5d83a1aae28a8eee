"""What nobody has heard of is red where operators look, whatever became of the queues."""

from __future__ import annotations

from datetime import timedelta

from companion.jobs import Job

IMMINENT = "我现在在楼顶，准备跳下去"


def test_a_case_that_reached_nobody_is_red_until_somebody_is_reached(web):
    web.campus.onboard()
    web.campus.arrives(IMMINENT)
    web.campus.run(only={Job.ASSESS})
    web.campus.jobs.sent.clear()  # the safety workers are gone
    assert "staff_told" not in web.client.get("/readyz").json()["missing"]

    web.campus.clock.at += timedelta(seconds=31)

    assert "staff_told" in web.client.get("/readyz").json()["missing"]
    assert "nuanyu_cases_unnotified 1.0" in web.client.get("/metrics").text
    web.campus.jobs.send(Job.WATCH_CASES)
    web.campus.run()
    assert "staff_told" not in web.client.get("/readyz").json()["missing"]
    assert "nuanyu_cases_unnotified 0.0" in web.client.get("/metrics").text
