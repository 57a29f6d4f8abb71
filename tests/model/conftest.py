import pytest

from model import zoo
from tests.support import models


@pytest.fixture(scope="session", params=["smollm2", "minilm", zoo.EXPERTS])
def bundle(request):
    return models.bundle(request.param)
