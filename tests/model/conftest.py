import pytest
from hypothesis import settings

from model import zoo

# the first example of a test pays for what is made once, and shared machines are slow at times: no deadline
settings.register_profile("vetro", deadline=None, derandomize=True)
settings.load_profile("vetro")


@pytest.fixture(scope="session")
def smollm2():
    return zoo.load("smollm2")


@pytest.fixture(scope="session")
def minilm():
    return zoo.load("minilm")


@pytest.fixture(scope="session")
def moe():
    return zoo.load(zoo.EXPERTS)


@pytest.fixture(scope="session", params=["smollm2", "minilm", zoo.EXPERTS])
def bundle(request):
    return zoo.load(request.param)
