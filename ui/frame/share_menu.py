"""The "Share" menu of the masthead: the link to what is on screen, its QR code, the presenter's view, and what a link
may hide. The browser makes the link (ui/server/browser/share.js), as components write it without the server."""

import io
from pathlib import Path
from urllib.parse import urlsplit

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from ui.kit import language, markup, url_state

_MENU = markup.template(Path(__file__).with_name("share_menu.html"))
LONGEST = 1_200  # characters of a link with a QR code: one of more has cells that no camera tells apart


def menu() -> Markup:
    """The menu's HTML."""
    return _MENU(words=language.words("share"), version=url_state.VERSION, parts=url_state.PARTS)


def leave() -> Markup:
    """The way out of the presenter's view, for those who have no Escape key."""
    return Markup('<button type="button" class="leave">{}</button>').format(language.words("share").inline("leave"))


def qr(request: Request) -> Response:
    """/qr.svg?of=<a link of this server's own>"""
    address = request.query_params.get("of", "")
    try:
        own = urlsplit(address)
    except ValueError:
        return Response(status_code=400)
    if own.scheme not in ("http", "https") or own.netloc != request.headers.get("host") or len(address) > LONGEST:
        return Response(status_code=400)
    if not address.isascii():  # no browser writes it so, and other letters take up to four bytes each
        return Response(status_code=400)
    # kept by the browser alone: how long it takes would tell others which links were asked for
    return Response(qr_code(address), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


def qr_code(address: str) -> bytes:
    """The SVG file of an address's QR code."""
    file = io.BytesIO()
    _code(address).save(file, kind="svg", border=3, light="white", xmldecl=False)
    return file.getvalue()


def printed_qr_code(address: str) -> Markup:
    """The same as a part of a document, black on its paper; empty for an address that is too long for one."""
    if len(address) > LONGEST:
        return Markup()
    return Markup(_code(address).svg_inline(border=0, omitsize=True, svgclass="qr"))


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m", boost_error=False)
