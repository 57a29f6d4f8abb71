"""What the server answers besides Streamlit's own addresses: the pages, and the files that readers take along.

The modules that know the models are imported when they are asked for: the port need not wait for them.
"""

import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ui.frame import curriculum
from ui.server import files, headers, index, modules

LONGEST_TEXT = 20_000  # bytes; a prompt has at most 2,400
STATIC = Path(__file__).parents[2] / "static"
mimetypes.add_type("font/woff2", ".woff2")  # Python 3.11 does not know it, nor does every system


async def page(request: Request) -> HTMLResponse:
    html = index.html()
    return HTMLResponse(html, headers={"Cache-Control": "no-cache", headers.NAME: headers.policy(html)})


async def qr(request: Request) -> Response:
    def make() -> Response:
        from ui.frame import share_menu

        return share_menu.qr(request)

    return await files.QR_CODES.make(request.scope, make)


async def notebook(request: Request) -> Response:
    """What the page that the link describes computes, as a Jupyter notebook."""

    def make() -> Response:
        from model.zoo import ModelUnavailable
        from ui.frame import notebook_export

        slug, link = request.path_params["slug"], request.query_params
        try:
            # of experts there may be several
            text = notebook_export.notebook(slug, {name: ",".join(link.getlist(name)) for name in link})
        except (LookupError, ModelUnavailable) as reason:
            raise HTTPException(404) from reason
        except notebook_export.UnfitLink:
            return error_page(request, HTTPException(400))
        name = {"Content-Disposition": f'attachment; filename="vetro-{slug}.ipynb"'}
        return Response(text, media_type="application/x-ipynb+json", headers=name)

    return await files.NOTEBOOKS.make(request.scope, make)


async def ledger(request: Request) -> Response:
    """All numbers of one prompt on two pages, to print."""

    def make() -> Response:
        from model.zoo import ModelUnavailable
        from ui.frame import error_page, ledger

        try:
            return HTMLResponse(ledger.document(error_page.language_of(request)))
        except ModelUnavailable as reason:
            raise HTTPException(404) from reason

    return await files.NOTEBOOKS.make(request.scope, make)


async def tokens(request: Request) -> Response:
    """How many tokens a text has for a model, which the link names: for the counter, while a prompt is typed. The text
    is the body, since addresses get into logs."""
    text = b""
    async for part in request.stream():
        text += part
        if len(text) > LONGEST_TEXT:
            raise HTTPException(413)

    def make() -> Response:
        from model import zoo
        from ui.kit import cache
        from ui.server import local_models, user_models

        name = request.query_params.get("model", "")
        if name not in zoo.ENTRIES and not user_models.exists(name) and not local_models.may_open(name):
            raise HTTPException(404)
        try:
            tokenizer = cache.bundle(name).tokenizer
        except zoo.ModelUnavailable as reason:
            raise HTTPException(404) from reason
        return JSONResponse(len(tokenizer.encode(text.decode(errors="replace"))))

    return await files.COUNTS.make(request.scope, make)


async def metrics(request: Request) -> Response:
    """For the host's Prometheus, where the host has asked for it."""
    from ui.kit import cache
    from ui.server import metrics

    if not metrics.WANTED:
        raise HTTPException(404)
    return Response(metrics.exposition(cache.sizes()), media_type=metrics.MEDIA_TYPE)


def error_page(request: Request, error: Exception) -> Response:
    """For an HTTPException."""
    from ui.frame import error_page

    return error_page.respond(request, error)


ROUTES = [
    Route("/", page),
    *(Route(f"/{lesson.slug}", page) for lesson in (curriculum.MACHINE, *curriculum.LESSONS)),
    *(Route(f"/{slug}", page) for slug in curriculum.APPENDICES),
    Route("/notebook/{slug}", notebook),
    Route("/ledger", ledger),
    Route("/qr.svg", qr),
    Route("/tokens-of", tokens, methods=["POST"]),
    Route("/metrics", metrics),
    modules.route,
    Mount("/plotly", StaticFiles(packages=[("plotly", "package_data")])),
    Mount("/app/static", StaticFiles(directory=STATIC)),  # .streamlit/config.toml names its fonts so
]
