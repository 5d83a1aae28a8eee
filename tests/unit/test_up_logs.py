"""What the processes write is kept, and what matters is shown."""

from __future__ import annotations

import pytest

from infra.up.logs import LogFile, for_the_screen


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param('{"event":"started","level":"info"}', None, id="calm event"),
        pytest.param(
            '{"event":"model_away","level":"error","timestamp":"t","tries":3}',
            "error: model_away tries=3",
            id="error event",
        ),
        pytest.param(
            '{"event":"job_failed","level":"error","exception":"Traceback\\n  line"}',
            "error: job_failed",
            id="a traceback stays in the file",
        ),
        pytest.param("[WARNING] cannot connect", "[WARNING] cannot connect", id="plain warning"),
        pytest.param("Traceback (most recent call last):", "Traceback (most recent call last):"),
        pytest.param("ValueError: no cups", "ValueError: no cups", id="error line"),
        pytest.param("no errors so far", None, id="calm words about errors"),
        pytest.param("{ERROR not JSON", "{ERROR not JSON", id="broken JSON"),
        pytest.param("[1, 2]", None, id="JSON that is no event"),
    ],
)
def test_only_what_concerns_a_person_is_shown(line, shown):
    assert for_the_screen(line) == shown


def test_a_full_log_starts_anew_and_the_last_few_are_kept(tmp_path):
    log = LogFile(tmp_path / "logs" / "web.log", limit=10, kept=2)
    for number in range(5):
        log.write(f"line {number}\n".encode())
    log.close()

    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["web.log", "web.log.1", "web.log.2"]
    assert (tmp_path / "logs" / "web.log").read_text() == "line 4\n"
    assert (tmp_path / "logs" / "web.log.2").read_text() == "line 2\n"


def test_the_last_words_of_a_process_are_remembered(tmp_path):
    log = LogFile(tmp_path / "web.log")
    for number in range(30):
        log.write(f"line {number}\n".encode())
    log.close()

    assert log.last_lines[0] == "line 18"
    assert log.last_lines[-1] == "line 29"
