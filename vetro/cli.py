"""The command `vetro`: serves the app, as `streamlit run app.py` does, and opens it in the browser."""

import os
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from argparse import ArgumentParser
from pathlib import Path
from urllib.parse import urlencode

from vetro import ROOT, __version__, models

PORTS = range(8501, 8601)


def main() -> None:
    import content
    from model import zoo

    parser = ArgumentParser("vetro", description="Shows how transformers work, on models that run on this machine.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--port", type=int, help=f"of the app (default: the first free one from {PORTS[0]})")
    parser.add_argument("--lang", choices=content.LANGUAGES, help="language of the page that is opened")
    known = "model of that page: see vetro models; or a folder, a GGUF file, a name of your Hugging Face cache"
    parser.add_argument("--model", metavar="NAME_OR_PATH", help=known)
    parser.add_argument("--hosted", action="store_true", help="set limits, for a server that strangers can reach")
    listing = parser.add_subparsers(dest="command").add_parser("models", help="list the models, or fetch them")
    listing.add_argument("--fetch", action="store_true", help="install SmolLM2 and MiniLM, checked by their hashes")
    asked = parser.parse_args()
    if asked.command:
        models.fetch() if asked.fetch else models.show()
    else:
        link = {name: value for name in ("lang", "model") if (value := getattr(asked, name))}
        if asked.model and asked.model not in zoo.ENTRIES:
            try:
                zoo.find(asked.model)
            except zoo.ModelUnavailable as reason:
                parser.error(str(reason))
            path = Path(asked.model).expanduser()
            link["model"] = str(path.resolve()) if path.exists() else asked.model
        serve(asked.port or free_port(), link, asked.hosted)


def free_port() -> int:
    """The first of PORTS that nobody listens at. SystemExit where there is none."""
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)):
                return port
    sys.exit(f"All ports from {PORTS[0]} to {PORTS[-1]} are taken: choose another one with --port.")


def serve(port: int, link: dict[str, str], hosted: bool) -> None:
    """Serves the app until it is stopped. link: what the address that is opened says."""
    if hosted:
        os.environ["VETRO_HOSTED"] = "1"  # ui/server/limits.py
    # Of a socket whose link is longer than this (8 kB otherwise) the library `websockets`, below uvicorn, says nothing
    # and keeps it open. deploy/nginx.conf lets 16 kB through.
    os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", "20000")
    sys.argv = [str(ROOT / "app.py")]  # beside it Streamlit looks for .streamlit/config.toml
    from app import app

    arguments = port, f"?{urlencode(link)}" if link else "", not hosted
    threading.Thread(target=announce, args=arguments, daemon=True).start()
    app.run(config={"server.port": port, "logger.hideWelcomeMessage": True})


def announce(port: int, link: str, browser: bool) -> None:
    """When the server answers: prints the address, and opens it in a browser where there is a screen."""
    import streamlit as st

    address = f"http://localhost:{port}/"
    while True:
        try:
            urllib.request.urlopen(f"{address}_stcore/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    print(f"Vetro: {address}{link}    (Ctrl+C ends it)", flush=True)
    if browser and not st.get_option("server.headless"):
        webbrowser.open(f"{address}{link}")
