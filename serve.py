"""What `streamlit run` serves: the app, with the first model read while the port opens."""

import gc
import os
import re
import threading
from base64 import b64encode
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ui.frame import curriculum
from ui.server import streamlit_patches  # noqa: F401  (by being imported)

HERE = Path(__file__).parent


def index(request: Request) -> HTMLResponse:
    """Streamlit's page with our head: title, icon, ui/server/head.html and ui/server/browser."""
    page = (Path(st.__file__).parent / "static/index.html").read_text(encoding="utf-8")
    page = re.sub(r'<link\s+rel="preload".*?/>', "", page, flags=re.DOTALL)  # its own font, which we do not use
    page = page.replace("./favicon.png", "app/static/favicon.svg").replace("<title>Streamlit<", "<title>Vetro<")
    shared = (HERE / "ui/components/base.js").read_text(encoding="utf-8")
    scripts = [f"const {{ number }} = (() => {{\n{shared}\nreturn {{ number }};\n}})();"]  # how numbers are written
    scripts += [file.read_text(encoding="utf-8") for file in sorted((HERE / "ui/server/browser").glob("*.js"))]
    script = "\n".join(scripts)
    head = (HERE / "ui/server/head.html").read_text(encoding="utf-8") + f"<script>\n{{\n{script}\n}}\n</script>\n"
    page = page.replace("<head>", "<head>\n" + head, 1)
    return HTMLResponse(page, headers={"Cache-Control": "no-cache", "Content-Security-Policy": policy(page)})


def qr(request: Request) -> Response:
    from ui.frame import share_menu  # it knows the models, and the port need not wait for what reads them

    return share_menu.qr(request)


def notebook(request: Request) -> Response:
    """What the page that the link describes computes, as a Jupyter notebook."""
    from model.zoo import ModelUnavailable
    from ui.frame import notebook_export

    slug, said = request.path_params["slug"], request.query_params
    try:
        # of experts there may be several
        text = notebook_export.notebook(slug, {name: ",".join(said.getlist(name)) for name in said})
    except (KeyError, ModelUnavailable):
        return Response("There is no such notebook.", 404, media_type="text/plain")
    name = {"Content-Disposition": f'attachment; filename="vetro-{slug}.ipynb"'}
    return Response(text, media_type="application/x-ipynb+json", headers=name)


def policy(page: str) -> str:
    """What the browser may do: nothing from another host, and no script but Streamlit's files, the components it makes
    blobs of, and those that stand in this page, told by their hashes: markup that slipped in would not run."""
    inline = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",
            "style-src 'self' 'unsafe-inline'",  # Streamlit and Plotly set styles from scripts
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def preload() -> None:
    gc.disable()  # what comes now is here to stay: to look through it again and again takes 0.3 s
    # read when torch is loaded; with other busy processes around, two threads spin: 820 ms a pass where one takes 18
    os.environ["OMP_NUM_THREADS"] = "1"
    from model.zoo import ModelUnavailable
    from ui.frame import prompt_bar
    from ui.kit import cache

    try:
        for name in prompt_bar.DECODERS:  # the first that can be read; the page itself says what is missing
            with suppress(ModelUnavailable):
                cache.bundle(name)
                break
    finally:
        gc.freeze()  # nor will any later collection look through it
        gc.enable()


@asynccontextmanager
async def lifespan(app: st.App):
    threading.Thread(target=preload, daemon=True).start()
    yield


def on_script_error(error: Exception) -> bool:
    from ui.kit import cache

    st.html(f'<div class="notice" role="alert">{cache.words("ui")("script-error")}</div>')
    return True


app = st.App(
    HERE / "app.py",
    lifespan=lifespan,
    on_script_error=on_script_error,
    routes=[
        *(
            Route(address, index)
            for address in ("/", *(f"/{step.slug}" for step in (curriculum.MACHINE, *curriculum.STEPS)))
        ),
        Route("/notebook/{slug}", notebook),
        Mount("/plotly", StaticFiles(packages=[("plotly", "package_data")])),
        Route("/qr.svg", qr),
    ],
)
