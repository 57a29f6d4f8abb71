"""The whole transformer: embedding, a stack of blocks, and the language-model head. And `run`, which traces a pass."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from model.cache import NO_CACHE, Cache
from model.config import Config
from model.edits import Edit
from model.layers import BLOCKS, NORMS
from model.masks import for_layers
from model.positions import POSITIONS, TABLES, Table
from model.tap import Recorder, Tap, null_tap
from model.trace import FIELDS, LAYER_FIELDS, LayerTrace, Trace


class Segment(nn.Module):
    """BERT's segment embedding tells the first sentence of a pair from the second; a single text is all first."""

    def __init__(self, config: Config):
        super().__init__()
        self.table = Table(config.segments or 0, config.width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, D)."""
        return x + self.table.weight[0]


class NoHead(nn.Module):
    """An encoder stops at the hidden states: it has no logits for a next token."""

    def forward(self, x: Tensor) -> None:
        return None


class Transformer(nn.Module):
    """A decoder or an encoder, as its configuration says."""

    # of nn.Module, which gives no types for what it holds
    layers: Any
    norm: Any
    lm_head: Any

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        norm = NORMS[config.norm]
        self.embed_tokens = TABLES[config.embed_scaled](config.vocab_size, config.width)
        self.segment = Segment(config) if config.segments else nn.Identity()
        self.position = POSITIONS[config.position](config)
        self.embed_norm = norm(config.width, config.norm_eps) if config.embed_norm else nn.Identity()
        self.layers = nn.ModuleList(BLOCKS[config.norm_place](config) for _ in range(config.layers))
        self.norm = norm(config.width, config.norm_eps) if config.norm_place != "post" else nn.Identity()
        self.lm_head = nn.Linear(config.width, config.vocab_size, bias=False) if config.head else NoHead()
        if config.head and config.tied:
            self.lm_head.weight = self.embed_tokens.weight
        self.masks = for_layers(config)

    def hidden_states(
        self,
        ids: Tensor,
        *,
        cache: Cache = NO_CACHE,
        tap: Tap = null_tap,
        positions: Tensor | None = None,
        documents: Tensor | None = None,
    ) -> Tensor:
        """The last hidden states, after the final norm: ids (B, T), of tokens that follow those in the cache ->
        (B, T, D), which the language-model head is multiplied with.

        Where several texts are packed into a row: positions (B, T), of each token in its own text, and documents
        (B, T), which text it belongs to; no query attends to another text's keys.
        """
        keys = torch.arange(cache.length + ids.shape[1], device=ids.device)
        queries = keys[cache.length :]
        position = self.position(tap("positions", queries[None] if positions is None else positions))
        masks = {rule: rule(queries, keys)[None] for rule in set(self.masks)}
        if documents is not None:
            same = documents[:, :, None] == documents[:, None]
            masks = {rule: mask & same for rule, mask in masks.items()}

        x = tap("embed", self.embed_tokens(ids))
        x = self.embed_norm(position.add(self.segment(x), tap))
        for i, block in enumerate(self.layers):
            x = block(x, position.layer(i), masks[self.masks[i]], cache.layer(i), tap.layer(i))
        return tap.layer(None)("final", self.norm(x))

    def forward(self, ids: Tensor, **settings) -> Tensor | None:
        """ids (B, T) -> logits (B, T, V), or None without a head. Settings as for `hidden_states`."""
        tap = settings.get("tap", null_tap)
        return tap("logits", self.lm_head(self.hidden_states(ids, **settings)))

    @property
    def device(self) -> torch.device:
        return self.embed_tokens.weight.device

    def ids(self, ids: Sequence[int]) -> Tensor:
        """Token ids as a batch of one, (1, T), on the model's device. Raises ValueError for none, or for one outside
        the vocabulary."""
        if not len(ids):
            raise ValueError("there is no token to read")
        if not 0 <= min(ids) <= max(ids) < self.config.vocab_size:
            raise ValueError(f"a token id lies outside the vocabulary of {self.config.vocab_size} tokens")
        return torch.tensor([list(ids)], device=self.device)


@torch.inference_mode()
def run(
    model: Transformer,
    ids: Sequence[int],
    tokens: Sequence[str],
    *,
    edits: Iterable[Edit] = (),
    keep: Iterable[str] | None = None,
) -> Trace:
    """The trace of one forward pass of one text.

    ids: T token ids; tokens: the T strings to show for them; edits: interventions, applied in their order; keep: the
    fields of Trace and LayerTrace to keep, None for all (a whole trace of SmolLM2 takes about 1.5 MB a token). The
    logits (T, V) are computed only where they are kept.

    Raises ValueError for a name that is no field of a trace, an edit that was never reached or does not fit, no token,
    and an id outside the vocabulary.
    """
    edits = tuple(edits)
    for edit in edits:
        edit.check(model.config)
    tap = Recorder(edits, keep)
    batch = model.ids(ids)
    (model.forward if "logits" in tap.keep else model.hidden_states)(batch, tap=tap)
    tap.close()

    def values(names: frozenset[str], layer: int | None) -> dict:
        return {name: _array(tap.kept.get((layer, name))) for name in names & tap.keep}

    layers = tuple(LayerTrace(**values(LAYER_FIELDS, i)) for i in range(len(model.layers)))
    return Trace(tuple(tokens), _array(batch), layers, **values(FIELDS, None))


def _array(x: Tensor | None) -> Any:
    """Without the batch axis and read-only; on the CPU no number is copied."""
    if x is None:
        return None
    x = x[0].detach()
    array = (x.float() if x.is_floating_point() else x).cpu().numpy()
    array.flags.writeable = False
    return array
