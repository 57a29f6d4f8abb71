"""Our JavaScript as ES modules that the browser imports: /modules/<version>/<path below ui/>.

The version is a hash of all of it, so that a browser keeps what it has for good, and has no file of another version.
Streamlit serves modules of its own accord only from the `asset_dir` of an installed distribution, which it finds by
its metadata; a clone that runs with `streamlit run app.py` is none. So a component's text (ui/components) only says
where its module is.
"""

from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

UI = Path(__file__).parents[1]
FILES = {file.relative_to(UI).as_posix(): file.read_bytes() for file in sorted(UI.rglob("*.js"))}
VERSION = sha256(b"\0".join(part for path, text in FILES.items() for part in (path.encode(), text))).hexdigest()[:16]
FOR_GOOD = "public, max-age=31536000, immutable"


def address(path: str) -> str:
    """Where the module ui/<path> is served, seen from a page of the app; KeyError where there is none."""
    if path not in FILES:
        raise KeyError(path)
    return f"modules/{VERSION}/{path}"


async def respond(request: Request) -> Response:
    text = FILES.get(request.path_params["path"])
    if text is None or request.path_params["version"] != VERSION:
        return Response("There is no such module.", 404, media_type="text/plain")
    return Response(text, media_type="text/javascript", headers={"Cache-Control": FOR_GOOD})


route = Route("/modules/{version}/{path:path}", respond)
