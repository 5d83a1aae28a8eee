"""What all tests share."""

from __future__ import annotations

import pytest

from tests.fakes.campus import FakeCampus


@pytest.fixture
def campus(tmp_path):
    campus = FakeCampus(tmp_path)
    yield campus
    campus.close()
