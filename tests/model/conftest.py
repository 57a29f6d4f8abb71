import pytest
from hypothesis import settings

from model import zoo
from ui.kit import cache

# the first example of a test pays for what is made once, and shared machines are slow at times: no deadline
settings.register_profile("vetro", deadline=None, derandomize=True)
settings.load_profile("vetro")


@pytest.fixture(scope="session", params=["smollm2", "minilm", zoo.EXPERTS])
def bundle(request):
    return cache.bundle(request.param)
