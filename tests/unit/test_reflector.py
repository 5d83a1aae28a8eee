"""Who may hold a question back, and who asks the model for its sentence."""

from __future__ import annotations

import pytest

from infra.llm import build_reflector
from infra.services import Role, build
from infra.settings import Settings

URL = "http://127.0.0.1:9"
SAFETY, DELIVERY = Role(asks_questions=True), Role(reflects=True)


def services(tmp_path, role, **settings):
    given = Settings(
        data_dir=tmp_path, redis_url="redis://127.0.0.1:1/0", _env_file=None, **settings
    )
    return build(given, role=role).services


@pytest.mark.parametrize("settings", [{}, {"llm_url": URL, "reflection": "off"}])
def test_without_a_model_or_switched_off_no_question_waits(tmp_path, settings):
    assert not services(tmp_path, SAFETY, **settings).holds_questions
    assert services(tmp_path, DELIVERY, **settings).reflector is None


def test_the_safety_worker_holds_and_the_delivery_worker_asks(tmp_path):
    assert services(tmp_path, SAFETY, llm_url=URL).holds_questions
    assert services(tmp_path, SAFETY, llm_url=URL).reflector is None
    assert services(tmp_path, DELIVERY, llm_url=URL).reflector is not None


def test_a_web_process_holds_nothing_back(tmp_path):
    web = Role(sends=True, is_urgent=True, answers=True)

    assert not services(tmp_path, web, llm_url=URL).holds_questions


def test_without_an_address_there_is_nobody_to_ask(tmp_path):
    assert build_reflector(Settings(data_dir=tmp_path, _env_file=None)) is None
