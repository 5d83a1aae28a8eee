"""Safety talks and safety plans: sealed with the student's key, one row each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from companion.safety.dialogue.state import State
from companion.safety.plan import SafetyPlan
from infra.store.case_tables import SafetyPlanRow, SafetyTalkRow
from infra.store.session import Vaulted


class SafetyTalks:
    """The repository behind companion.store.safety.SafetyTalks."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def get(self, student_id: UUID) -> State | None:
        """Return the talk that runs; None when there is none, or it has ended."""
        row = self._row(student_id)
        return None if row is None or row.ended_at is not None else self._state(row)

    def latest(self, student_id: UUID) -> State | None:
        """Return the latest talk, ended or not."""
        row = self._row(student_id)
        return None if row is None else self._state(row)

    def put(self, student_id: UUID, state: State) -> None:
        """Keep where a talk is; it runs."""
        values = {
            "body": self._sealed(student_id, state),
            "started_at": state.started_at,
            "updated_at": state.updated_at,
            "ended_at": None,
        }
        self._session.execute(
            self._vaulted.insert(SafetyTalkRow)
            .values(student_id=student_id, **values)
            .on_conflict_do_update(index_elements=["student_id"], set_=values)
        )

    def end(self, student_id: UUID, *, now: datetime) -> bool:
        """End the talk that runs; its answers are dropped, its round stays."""
        state = self.get(student_id)
        if state is None:
            return False
        # The next talk asks in other words, and everything anew.
        bare = replace(state, asked=(), pending=None, answers={}, updated_at=now)
        return bool(
            self._vaulted.changed(
                update(SafetyTalkRow)
                .where(SafetyTalkRow.student_id == student_id, SafetyTalkRow.ended_at.is_(None))
                .values(body=self._sealed(student_id, bare), ended_at=now)
            )
        )

    def _row(self, student_id: UUID) -> SafetyTalkRow | None:
        return self._session.scalars(
            select(SafetyTalkRow)
            .where(SafetyTalkRow.student_id == student_id)
            .execution_options(populate_existing=True)
        ).one_or_none()

    def _state(self, row: SafetyTalkRow) -> State:
        sealer = self._vaulted.sealer(row.student_id)
        body = sealer.open(row.body, place=f"safety_talks.body:{row.student_id}")
        return State.from_json(json.loads(body))

    def _sealed(self, student_id: UUID, state: State) -> bytes:
        sealer = self._vaulted.sealer(student_id)
        return sealer.seal(json.dumps(state.to_json()), place=f"safety_talks.body:{student_id}")


class SafetyPlans:
    """The repository behind companion.store.safety.SafetyPlans."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def get(self, student_id: UUID) -> SafetyPlan | None:
        """Return the plan; None when nothing was written."""
        row = self._session.execute(
            select(SafetyPlanRow.body, SafetyPlanRow.shared).where(
                SafetyPlanRow.student_id == student_id
            )
        ).one_or_none()
        if row is None:
            return None
        sealer = self._vaulted.sealer(student_id)
        lines = json.loads(sealer.open(row.body, place=f"safety_plans.body:{student_id}"))
        return SafetyPlan({part: tuple(kept) for part, kept in lines.items()}, shared=row.shared)

    def put(self, student_id: UUID, plan: SafetyPlan, *, now: datetime) -> None:
        """Keep the plan instead of the one before."""
        body = json.dumps({part: list(kept) for part, kept in plan.lines.items()})
        sealer = self._vaulted.sealer(student_id)
        values = {
            "body": sealer.seal(body, place=f"safety_plans.body:{student_id}"),
            "shared": plan.shared,
            "updated_at": now,
        }
        self._session.execute(
            self._vaulted.insert(SafetyPlanRow)
            .values(student_id=student_id, **values)
            .on_conflict_do_update(index_elements=["student_id"], set_=values)
        )

    def share(self, student_id: UUID, *, shared: bool, now: datetime) -> bool:
        """Let staff see it, or no longer; False when there is none."""
        return bool(
            self._vaulted.changed(
                update(SafetyPlanRow)
                .where(SafetyPlanRow.student_id == student_id)
                .values(shared=shared, updated_at=now)
            )
        )

    def drop(self, student_id: UUID) -> bool:
        """Erase it; False when there is none."""
        return bool(
            self._vaulted.changed(
                delete(SafetyPlanRow).where(SafetyPlanRow.student_id == student_id)
            )
        )


class Safety:
    """The repository behind companion.store.safety.Safety."""

    def __init__(self, vaulted: Vaulted) -> None:
        self.talks = SafetyTalks(vaulted)
        self.plans = SafetyPlans(vaulted)
