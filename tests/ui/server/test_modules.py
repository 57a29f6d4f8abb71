"""Our JavaScript is served as modules that find one another, for good under its version and under no other."""

import posixpath
import re

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.support.waiting import awaited
from ui.server import modules


def answer(version: str, path: str) -> Response:
    asked = Request({"type": "http", "path_params": {"version": version, "path": path}})
    return awaited(modules.respond(asked))


def test_a_module_is_kept_for_good():
    found = answer(modules.VERSION, "components/base/view.js")
    assert found.status_code == 200 and found.media_type == "text/javascript"
    assert "immutable" in found.headers["cache-control"]
    assert found.body == (modules.UI / "components/base/view.js").read_bytes()


@pytest.mark.parametrize("version, path", [("0" * 16, "components/base/view.js"), (modules.VERSION, "../app.py")])
def test_another_version_or_another_file_is_not_there(version, path):
    assert answer(version, path).status_code == 404


def test_every_import_is_of_a_module_that_exports_the_name():
    for path, text in modules.FILES.items():
        for names, other in re.findall(r'import (?:\{([^}]*)\} from )?"([^"]+)"', text.decode()):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
            assert target in modules.FILES, f"{path} imports {other}"
            for name in filter(None, map(str.strip, names.split(","))):
                exported = rf"^export (?:async )?(?:const|function|class) {name}\b"
                assert re.search(exported, modules.FILES[target].decode(), re.MULTILINE), f"{path} imports {name}"
