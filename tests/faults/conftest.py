import os
import time

import pytest


@pytest.fixture
def seed():
    """Of all that is random; KADIAN_SEED brings an earlier one back."""
    chosen = int(os.environ.get("KADIAN_SEED", time.time_ns() % 1_000_000))
    print(f"seed {chosen}")
    return chosen
