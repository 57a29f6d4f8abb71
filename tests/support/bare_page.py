"""The components of a page without the app: a page under AppTest says once what they are given, and a bare page mounts
them with it as Streamlit would, in a browser, without Streamlit, its server or a model behind it."""

import json
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from re import sub
from urllib.parse import urlencode

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from tests.support.app_test import shown_page
from tests.support.browser import Tabs
from tests.support.pages import LANGUAGES, PAGES, ROOT
from ui.frame.routes import ROUTES
from ui.server import modules

HEAD = (ROOT / "ui/server/head.html").read_text().replace("LANGUAGES", json.dumps(LANGUAGES))  # as ui/server/index.py
# Streamlit's elements around a component, where our style sheet looks for them, with what Streamlit's own sheets say
FRAME = """
<body style="margin: 0"><div class="stApp" style="background: var(--paper)">
<div class="stMain" data-testid="stMain" style="position: absolute; inset: 0; overflow: auto; scroll-behavior: auto">
<div class="stMainBlockContainer" style="margin: auto; box-sizing: border-box"><h1 hidden>Vetro</h1></div></div></div>
"""
SCRIPT = """
window.reported = [];  // [component's key, name, value] of all that would go to the server
const ends = new Map();
async function mount({ key, html, css, js, data, isolated }) {
  let box = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!box) {
    box = Object.assign(document.createElement("div"), { className: `stElementContainer st-key-${key}` });
    box.dataset.key = key;
    box.innerHTML = '<div class="stBidiComponent" style="display: contents"><div style="width: 100%"></div></div>';
    document.querySelector(".stMainBlockContainer").append(box);
    const host = box.firstChild.firstChild;
    const parent = isolated ? host.attachShadow({ mode: "open" }) : host;
    parent.innerHTML = `<style>${css}</style><div>${html}</div>`;
    box.parent = parent;
  }
  const module = await import(URL.createObjectURL(new Blob([js], { type: "text/javascript" })));
  const report = (name, value) => window.reported.push([key, name, value]);
  ends.set(key, module.default({ data, parentElement: box.parent, setStateValue: report, setTriggerValue: report }));
}
window.give = (components) => Promise.all(components.map(mount));
window.unmountAll = () => { for (const end of ends.values()) end?.(); };
give(components).then(() => (window.mounted = true));
"""


@lru_cache(maxsize=64)
def recorded(slug: str, lang: str, **link: str) -> tuple[str, tuple[dict, ...]]:
    """The page's style sheet and its components, in order: {key, name, html, css, js, isolated, data}."""
    test = shown_page(slug, lang, **link)
    assert not test.exception, test.exception
    protos = [each.proto for each in test.get("bidi_component") if each.proto.component_name != "vetro_tab"]  # unseen
    components = tuple(
        {
            "key": proto.id.split("-", 2)[2],  # an id is "$$ID-<hash>-<key>"
            "name": proto.component_name.removeprefix("vetro_"),
            "html": proto.html_content,
            "css": proto.css_content,
            "js": proto.js_content,
            "isolated": proto.isolate_styles,
            "data": json.loads(proto.json),
        }
        for proto in protos
    )
    sheet = next(html.value for html in test.get("html") if html.value.startswith("<style>:root"))
    return sheet, components


@cache
def theme_sheet() -> str:
    """Streamlit's variables and fonts as its theme's configuration says them."""
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]

    def variables(values: dict) -> str:
        lists = {name: ", ".join(value) if isinstance(value, list) else value for name, value in values.items()}
        return "".join(
            f"--st-{sub('[A-Z]', lambda c: '-' + c[0].lower(), name)}: {text}; " for name, text in lists.items()
        )

    shared = {name: value for name, value in theme.items() if isinstance(value, str)}
    faces = "".join(
        f"@font-face {{ font-family: '{face['family']}'; src: url({face['url']}); font-weight: {face['weight']}; "
        f"font-style: {face['style']}; unicode-range: {face['unicodeRange']}; }}\n"
        for face in theme["fontFaces"]
    )
    return faces + "".join(
        f"[data-theme={mode}] {{ color-scheme: {mode}; {variables(shared | theme[mode])} }}\n"
        for mode in ("light", "dark")
    )


class BarePages:
    """Serves bare pages, and opens them in the tabs of a browser."""

    def __init__(self, tabs: Tabs):
        self.tabs = tabs
        self.pages: dict[str, str] = {}  # the documents, by their addresses
        routes = [*(Route(f"/{slug}", self.page) for slug in PAGES), modules.route]
        app = Starlette(routes=routes + [route for route in ROUTES if isinstance(route, Mount)])
        self.server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))

    @contextmanager
    def serving(self) -> Iterator["BarePages"]:
        thread = threading.Thread(target=self.server.run, daemon=True)
        thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.address = f"http://localhost:{self.server.servers[0].sockets[0].getsockname()[1]}"
        yield self
        self.server.should_exit = True
        thread.join(10)

    async def page(self, request: Request) -> HTMLResponse:
        return HTMLResponse(self.pages[f"{request.url.path}?{request.url.query}"])

    @contextmanager
    def opening(self) -> Iterator:
        """Gives bare_page(slug, lang, theme, width, keys, charts, **link) -> a page with its components mounted.

        `keys` are those of the components wanted, else all are mounted but charts, which have Plotly to load.
        """
        with self.tabs.some() as take:

            def bare_page(
                slug, lang="en", theme="light", width=1280, height=900, *, keys=(), charts=False, **link
            ) -> Page:
                sheet, components = recorded(slug, lang, **link)
                wanted = [c for c in components if (c["key"] in keys if keys else charts or c["name"] != "chart")]
                assert wanted, [c["key"] for c in components]
                address = f"/{slug}?{urlencode({'lang': lang, **link})}"
                given = json.dumps(wanted).replace("</", "<\\/")
                self.pages[address] = (
                    f"<!doctype html><html lang={lang} data-theme={theme}><head><meta charset=utf-8>"
                    f"<title>Vetro</title>\n{HEAD}<style>{theme_sheet()}</style>{sheet}</head>{FRAME}"
                    f"<script type=module>\nconst components = {given};\n{SCRIPT}</script></body></html>"
                )
                page = take(lang).page
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                page.goto(self.address + address)
                return settled(page)

            yield bare_page


def settled(page: Page) -> Page:
    """All components are mounted, in their own fonts, and charts on screen are drawn."""
    page.wait_for_function(
        """() => window.mounted && document.fonts.status === "loaded"
            && !document.querySelector(".chart[aria-busy=true]")"""
    )
    return page


def give(page: Page, slug: str, lang: str = "en", **link: str) -> Page:
    """The mounted components get what the page with this link gives them: the server's answer, recorded."""
    keys = page.locator("[data-key]").evaluate_all("(boxes) => boxes.map((box) => box.dataset.key)")
    page.evaluate("(components) => give(components)", [c for c in recorded(slug, lang, **link)[1] if c["key"] in keys])
    return page


def reports(page: Page, key: str) -> list[list]:
    """What the component has reported so far: [name, value] each."""
    return [report[1:] for report in page.evaluate("reported") if report[0] == key]
