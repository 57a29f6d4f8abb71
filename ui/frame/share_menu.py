"""The "Share" menu of the masthead: the link to what is on screen, its QR code, the presenter's view, and what a link
may hide. The browser makes the link (ui/server/browser/share.js), as components write it without the server."""

import io
from functools import lru_cache
from urllib.parse import urlsplit

import segno
from starlette.requests import Request
from starlette.responses import Response

from ui.kit import cache, url_state

LONGEST = 1_200  # characters of a link with a QR code: one of more has cells that no camera tells apart


def menu() -> str:
    words = cache.words("share")
    said = {name: words.text(name) for name in ("copy", "link", "qr", "copied", "select", "too-long")}
    hide = "".join(
        f'<label><input type="checkbox" value="{part}"> {words.inline(f"part-{part}")}</label>'
        for part in url_state.PARTS
    )
    return (
        f'<details class="menu share" data-version="{url_state.VERSION}"><summary>{words.inline("share")}'
        f"</summary><div>"
        f'<p class="eyebrow">{words.inline("link-title")}</p>'
        f'<p class="line"><input class="address" readonly aria-label="{said["link"]}">'
        f'<button type="button" class="copy">{said["copy"]}</button></p>'
        f'<p class="note said" role="status" data-copied="{said["copied"]}" data-select="{said["select"]}"></p>'
        f'<img class="qr" alt="{said["qr"]}" width="168" height="168"><p class="note long">{said["too-long"]}</p>'
        f'<details class="hide"><summary>{words.inline("hide")}</summary><fieldset>'
        f'<legend class="note">{words.inline("hide-note")}</legend>{hide}</fieldset></details>'
        f'<p><a class="present" href="?present=1">{words.inline("present")}</a></p>'
        f'<p class="note">{words.inline("present-note")}</p></div></details>'
    )


def leave() -> str:
    """The way out of the presenter's view, for those who have no Escape key."""
    return f'<button type="button" class="leave">{cache.words("share").inline("leave")}</button>'


def qr(request: Request) -> Response:
    """/qr.svg?of=<a link of this server's own>"""
    address = request.query_params.get("of", "")
    try:
        own = urlsplit(address)
    except ValueError:
        return Response(status_code=400)
    if own.scheme not in ("http", "https") or own.netloc != request.headers.get("host") or len(address) > LONGEST:
        return Response(status_code=400)
    return Response(drawn(address), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@lru_cache(maxsize=64)
def drawn(address: str) -> bytes:
    found = io.BytesIO()
    segno.make_qr(address, error="m", boost_error=False).save(found, kind="svg", border=3, light="white", xmldecl=False)
    return found.getvalue()
