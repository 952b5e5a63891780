"""What every test of the engines may read with."""

import pytest

from tests.engines.small_bert import random_checkpoint


@pytest.fixture
def checkpoint():
    return random_checkpoint()
