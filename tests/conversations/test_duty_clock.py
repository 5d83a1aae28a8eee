"""A clock that runs on duty only counts every duty since the case rose, also those that are over."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from companion.jobs import Job
from companion.staff.duty import Duty, Shift
from tests.conversations.staffed import employ, reload, worry

MINUTE = timedelta(minutes=1)


def test_the_student_is_told_after_two_hours_of_duty_however_they_are_cut(campus):
    campus.onboard()
    li, begin = employ(campus), campus.clock.now()
    with campus.store.transaction() as tx:
        for starts, ends in ((-30, 30), (240, 480)):
            tx.shifts.add(
                Shift(
                    id=uuid4(),
                    staff_id=li.id,
                    duty=Duty.PRIMARY,
                    starts_at=begin + starts * MINUTE,
                    ends_at=begin + ends * MINUTE,
                )
            )
    case = worry(campus, "我有时候会想死")

    while reload(campus, case).told_nobody_at is None and campus.clock.now() < begin + 600 * MINUTE:
        campus.clock.passes(minutes=5)
        campus.jobs.send(Job.WATCH_CASES)
        campus.run()

    # Half an hour in the first duty, one and a half in the second.
    told_at = reload(campus, case).told_nobody_at
    assert told_at == begin + 330 * MINUTE
