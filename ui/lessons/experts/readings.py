"""What the lesson reads off a pass: the routing that the switchyard draws, and passes with changed experts."""

from dataclasses import dataclass

import numpy as np

from model.analysis.losses import Predictions, bits_per_byte
from model.analysis.routing import combined
from model.edits import Edit, ExpertOff, ForceExperts
from model.trace import Trace
from ui import components
from ui.frame.page import Page
from ui.kit import cache, token_names
from ui.kit.language import Words

KEEP = frozenset({"router_logits", "router_probs", "expert_index", "expert_weight", "expert_out", "mlp_out", "final"})
LIMIT = 24  # tokens
DIMENSIONS = 16  # of each vector, drawn; differences are measured over all D
WAYS = ("off", "force")


def start(trace: Trace) -> tuple[int, int]:
    """The layer and token that the page begins with: the last token, where its first expert weighs most."""
    return int(np.argmax([layer.expert_weight[-1, 0] for layer in trace.layers])), len(trace.tokens) - 1


def packed(trace: Trace) -> dict:
    """Arrays for the component: logits, probs (L, T, E), index, weight (L, T, A), out (L, T, A, S) and own (L, T, S),
    the first S = DIMENSIONS numbers of each expert's output and of what the layer adds; difference (L, T), the largest
    between the weighted sum of the experts' outputs and the layer's own, over all D numbers."""
    own = trace.stack("mlp_out")
    return components.pack(
        logits=trace.stack("router_logits"),
        probs=trace.stack("router_probs"),
        index=trace.stack("expert_index").astype(np.int32),
        weight=trace.stack("expert_weight"),
        out=trace.stack("expert_out")[..., :DIMENSIONS],
        own=own[..., :DIMENSIONS],
        difference=np.abs(combined(trace) - own).max(-1),
    )


def table(trace: Trace, words: Words) -> dict[str, list]:
    """Every token in every layer: the router's probability of each expert, and which it takes."""
    places = [(n, t, layer) for n, layer in enumerate(trace.layers) for t in range(len(trace.tokens))]
    names = token_names.distinct(trace.tokens)
    columns = {
        words.text("layer"): [n + 1 for n, _, _ in places],
        words.text("col-token"): [names[t] for _, t, _ in places],
    }
    for a in range(trace.layers[0].expert_index.shape[1]):
        columns[words.text("col-choice", n=a + 1)] = [int(layer.expert_index[t, a]) + 1 for _, t, layer in places]
        columns[words.text("col-weight-of", n=a + 1)] = [float(layer.expert_weight[t, a]) for _, t, layer in places]
    for e in range(trace.layers[0].router_probs.shape[1]):
        columns[words.text("expert", n=e + 1)] = [float(layer.router_probs[t, e]) for _, t, layer in places]
    return columns


def strongest_expert(trace: Trace) -> tuple[int, int]:
    """The layer where the last token's first expert adds most to the residual stream, and that expert."""
    added = [np.linalg.norm(layer.expert_weight[-1, 0] * layer.expert_out[-1, 0]) for layer in trace.layers]
    layer = int(np.argmax(added))
    return layer, int(trace.layers[layer].expert_index[-1, 0])


# ---- passes with changed experts


@dataclass(frozen=True)
class Setting:
    """active: experts of each token. experts: which are off, or forced, from 0; layer: where, None for everywhere."""

    active: int
    way: str = "off"
    experts: tuple[int, ...] = ()
    layer: int | None = None

    def edits(self, layers: int) -> tuple[Edit, ...]:
        places = range(layers) if self.layer is None else (self.layer,)
        if not self.experts:
            return ()
        if self.way == "force":
            return tuple(ForceExperts(layer, self.experts) for layer in places)
        return tuple(ExpertOff(layer, expert) for layer in places for expert in self.experts)

    def problem(self, experts: int) -> str | None:
        """The section that says why this cannot be; None where it can."""
        if self.way == "force" and len(self.experts) > self.active:
            return "touch-force-problem"
        if self.way == "off" and len(self.experts) + self.active > experts:
            return "touch-off-problem"
        return None


def as_trained(page: Page) -> Setting:
    """The model as it was trained."""
    return Setting(page.bundle.model.config.active_experts)


def predictions(page: Page, setting: Setting) -> Predictions:
    """What the model predicts of the prompt under a setting."""

    def compute() -> Predictions:
        bundle, config = page.bundle, page.bundle.model.config
        if setting.active != config.active_experts:
            bundle = cache.variant(bundle, active_experts=setting.active)
        trace = cache.trace(bundle, page.ids, {"final"}, setting.edits(config.layers), kept=False)
        return Predictions.of(bundle.model, trace)

    return cache.result(page.key("experts", setting), compute)


def loss(page: Page, setting: Setting) -> float:
    """Of the prompt under a setting, in bits per byte."""
    return bits_per_byte(predictions(page, setting).bits, page.bundle.tokenizer, page.ids)


def losses_by_active(page: Page) -> list[float]:
    """Bits per byte of the prompt with 1, 2, … E active experts."""
    return [loss(page, Setting(k)) for k in range(1, page.bundle.model.config.experts + 1)]
