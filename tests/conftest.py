"""What all tests share."""

from __future__ import annotations

import os

import pytest

# As in the processes that are tested: small products on one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.fakes.campus import FakeCampus


@pytest.fixture
def campus(tmp_path):
    campus = FakeCampus(tmp_path)
    yield campus
    campus.close()
