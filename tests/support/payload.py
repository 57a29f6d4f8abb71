"""What a page under AppTest gives to its components and to Plotly."""

import json
from base64 import b64decode

import numpy as np
from streamlit.testing.v1 import AppTest

KINDS = {"uint8": np.uint8, "int32": np.int32, "float32": np.float32}


def mounted(test: AppTest, component: str) -> list[tuple[str, dict]]:
    """Key and data of every figure made with ui/components/<component>, from the top of the page to its end."""
    protos = [element.proto for element in test.get("bidi_component")]
    # an id is "$$ID-<hash>-<key>"
    return [(p.id.split("-", 2)[2], json.loads(p.json)[0]) for p in protos if p.component_name == f"vetro_{component}"]


def component_payload(test: AppTest, component: str, **chosen) -> tuple[dict, dict[str, np.ndarray]]:
    """What the first of them was given whose data say what is `chosen`: its plain values, and its arrays by name."""
    found = [data for _, data in mounted(test, component)]
    data = next(data for data in found if all(data.get(name) == value for name, value in chosen.items()))
    blob = b64decode(data["bytes"]) if "arrays" in data else b""
    return data, {
        a["name"]: np.frombuffer(blob, KINDS[a["kind"]], int(np.prod(a["shape"])), a["start"]).reshape(a["shape"])
        for a in data.get("arrays", ())
    }


def charts(test: AppTest) -> dict[str, dict]:
    """What Plotly is given, by the keys of the figures."""
    return {key: json.loads(data["figure"]) for key, data in mounted(test, "chart")}


def values(sent) -> np.ndarray:
    """Numbers in a chart's JSON: a list, or an array packed as bytes."""
    if not isinstance(sent, dict):
        return np.array(sent, float)
    shape = [int(n) for n in str(sent.get("shape", -1)).split(",")]
    return np.frombuffer(b64decode(sent["bdata"]), sent["dtype"]).reshape(shape)
