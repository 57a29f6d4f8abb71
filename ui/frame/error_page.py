"""The page that stands in for one that cannot be shown: the address is none of ours, its link lacks something, or the
server has too much to do. It is whole in itself: it starts no session and has no script."""

import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

import content
from ui.frame import masthead
from ui.kit import language, markup

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / ".streamlit/config.toml"
STYLE = (HERE / "error_page.css").read_text(encoding="utf-8")
_PAGE = markup.template(HERE / "error_page.html")


def respond(request: Request, error: Exception) -> HTMLResponse:
    """The answer to an HTTPException, in the reader's language. content/{lang}/ui.md has words for the statuses 400 (a
    notebook of a link without a prompt), 404 and 503."""
    assert isinstance(error, HTTPException)
    lang = language_of(request)
    theme = request.query_params.get("theme", "")
    kept = {"lang": lang} | ({"theme": theme} if theme in masthead.MODES else {})
    html = _PAGE(
        words=language.Words(lang, "ui"),
        status=str(error.status_code),
        style=_style(),
        theme=kept.get("theme", " ".join(masthead.MODES)),  # of both, the browser takes the one that it prefers
        home=f"/?{urlencode(kept)}",
        languages=[(_in_language(request, name), name, masthead.NAMES[name]) for name in content.LANGUAGES],
    )
    return HTMLResponse(html, error.status_code, headers={"Cache-Control": "no-store", **(error.headers or {})})


def _in_language(request: Request, lang: str) -> str:
    """The same link in a language."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*others, ('lang', lang)])}"


def language_of(request: Request) -> str:
    """The link's language, else the first of ours that the browser names (it names the one it prefers first), else the
    first."""
    asked = [request.query_params.get("lang", "")]
    asked += [name.strip().lower() for name in request.headers.get("accept-language", "").split(",")]
    return next((lang for name in asked for lang in content.LANGUAGES if name.startswith(lang)), content.LANGUAGES[0])


@cache
def _style() -> Markup:
    # from the file: in Streamlit's own list of fonts the keys change as soon as a session has begun
    faces = "".join(
        f"@font-face{{font-family:'{face['family']}';src:url(/{face['url']});font-weight:{face['weight']};"
        f"font-style:{face['style']};unicode-range:{face['unicodeRange']};font-display:swap}}"
        for face in tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]["fontFaces"]
    )
    return Markup(f"{faces}:root{{{masthead.variables()}}}\n{STYLE}")
