"""What the server answers besides Streamlit's own addresses: the pages, and the files that readers take along.

The modules that know the models are imported when they are asked for: the port need not wait for them.
"""

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ui.frame import curriculum
from ui.server import headers, index, modules

STATIC = Path(__file__).parents[2] / "static"
mimetypes.add_type("font/woff2", ".woff2")  # Python 3.11 does not know it, nor does every system


def page(request: Request) -> HTMLResponse:
    html = index.html()
    return HTMLResponse(html, headers={"Cache-Control": "no-cache", headers.NAME: headers.policy(html)})


def qr(request: Request) -> Response:
    from ui.frame import share_menu

    return share_menu.qr(request)


def notebook(request: Request) -> Response:
    """What the page that the link describes computes, as a Jupyter notebook."""
    from model.zoo import ModelUnavailable
    from ui.frame import notebook_export

    slug, link = request.path_params["slug"], request.query_params
    try:
        # of experts there may be several
        text = notebook_export.notebook(slug, {name: ",".join(link.getlist(name)) for name in link})
    except (KeyError, ModelUnavailable):
        return Response("There is no such notebook.", 404, media_type="text/plain")
    name = {"Content-Disposition": f'attachment; filename="vetro-{slug}.ipynb"'}
    return Response(text, media_type="application/x-ipynb+json", headers=name)


ROUTES = [
    Route("/", page),
    *(Route(f"/{lesson.slug}", page) for lesson in (curriculum.MACHINE, *curriculum.LESSONS)),
    Route("/notebook/{slug}", notebook),
    Route("/qr.svg", qr),
    modules.route,
    Mount("/plotly", StaticFiles(packages=[("plotly", "package_data")])),
    Mount("/app/static", StaticFiles(directory=STATIC)),  # .streamlit/config.toml names its fonts so
]
