"""Staff who were paged before a student objected see the objection at the desk."""

from __future__ import annotations

import pytest

from companion.language import Language
from companion.risk import Level
from companion.staff.people import Role
from tests.fakes.desk import FakeDesk, plain

SAID = {
    Language.ZH: "学生后来不同意共享非紧急情况",
    Language.EN: "The student objected to sharing what is no emergency after staff had been paged",
}
NEVER = {Language.ZH: "没有通知任何人", Language.EN: "nobody was paged"}
CLOCK = {
    Language.ZH: "不再通知：学生不同意共享",
    Language.EN: "No more paging: the student objects",
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("was_paged", [True, False])
def test_the_case_says_whether_somebody_was_paged_before_the_objection(web, language, was_paged):
    desk = FakeDesk(web.campus, web.client)
    li = desk.signed_in(desk.staff("Li", Role.COUNSELLOR, language))
    case = desk.case(level=Level.MODERATE)
    with web.campus.store.transaction() as tx:
        if was_paged:
            tx.cases.notified(case.id, now=web.campus.clock.now())
        assert tx.cases.object(case.id)

    page, queue = plain(li.get(f"/desk/cases/{case.number}").text), plain(li.get("/desk").text)

    assert (SAID[language] in page, NEVER[language] in page) == (was_paged, not was_paged)
    assert (CLOCK[language] in queue) is was_paged
