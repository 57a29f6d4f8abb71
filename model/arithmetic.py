"""What a configuration costs, without building it. No torch: figures and pages can use this."""

from dataclasses import dataclass, fields, replace
from math import prod

import numpy as np

from model.config import Config

SIXTEEN_BITS = 2  # bytes of a number


@dataclass(frozen=True)
class Parameters:
    """How many numbers were trained, part by part, a shared table counted once."""

    embedding: int  # of tokens, and of BERT's two segments
    positions: int
    attention: int
    mlp: int  # plain or gated; 0 where there are experts
    experts: int
    routers: int
    norms: int
    head: int  # 0 where the head reads with the embedding's rows
    idle: int  # of the experts' numbers, those that one token does not use

    @property
    def total(self) -> int:
        return sum(vars(self).values()) - self.idle

    @property
    def active(self) -> int:
        """Those that one token uses."""
        return self.total - self.idle

    @property
    def by_use(self) -> dict[str, int]:
        """All of them in five parts; used and idle: of the experts' numbers, those of one token and all others."""
        return {
            "embedding": self.embedding + self.positions + self.head,
            "attention": self.attention,
            "rest": self.routers + self.norms + self.mlp,
            "used": self.experts - self.idle,
            "idle": self.idle,
        }


@dataclass(frozen=True)
class Term:
    """A matrix, vector or table, as a term of the sum of all parameters."""

    part: str  # a field of Parameters
    name: str  # "q", "up", …
    symbols: tuple[str, ...]  # its sides, from what is read to what is written: ("D", "H·K")
    shape: tuple[int, ...]  # the same in numbers
    bias: int = 0  # numbers of its bias
    copies: int = 1  # one for each expert, one for each norm

    @property
    def count(self) -> int:
        return self.copies * (prod(self.shape) + self.bias)


def layer_terms(config: Config) -> tuple[Term, ...]:
    """What one layer holds: the projections of attention, the MLP or its experts and their router, and its norms."""
    D, F, E = config.width, config.mlp_width, config.experts or 1
    inner, shared = config.heads * config.head_width, config.kv_heads * config.head_width
    part = "experts" if config.experts else "mlp"

    def matrix(part: str, name: str, symbols: tuple[str, str], rows: int, columns: int, copies: int = 1) -> Term:
        bias = config.bias or (config.qkv_bias and name in "qkv")
        return Term(part, name, symbols, (rows, columns), bias * columns, copies)

    terms = [
        matrix("attention", "q", ("D", "H·K"), D, inner),
        matrix("attention", "k", ("D", "G·K"), D, shared),
        matrix("attention", "v", ("D", "G·K"), D, shared),
        matrix("attention", "o", ("H·K", "D"), inner, D),
    ]
    terms += [Term("attention", "qk_norm", ("K",), (config.head_width,), copies=2)] if config.qk_norm else []
    terms += [matrix(part, "gate", ("D", "F"), D, F, E)] if config.mlp == "gated" else []
    terms += [matrix(part, "up", ("D", "F"), D, F, E), matrix(part, "down", ("F", "D"), F, D, E)]
    terms += [Term("routers", "router", ("D", "E"), (D, E))] if config.experts else []
    return (*terms, _norms(config, 4 if config.norm_place == "sandwich" else 2))


def outer_terms(config: Config) -> tuple[Term, ...]:
    """What lies outside the layers, each shared table once."""
    D, V = config.width, config.vocab_size
    terms = [Term("embedding", "tokens", ("V", "D"), (V, D))]
    if config.segments:
        terms.append(Term("embedding", "segments", ("S", "D"), (config.segments, D)))
    if config.position == "learned":
        terms.append(Term("positions", "positions", ("C", "D"), (config.context, D)))
    if norms := (config.norm_place != "post") + config.embed_norm:
        terms.append(_norms(config, norms))
    if config.head and not config.tied:
        terms.append(Term("head", "head", ("D", "V"), (D, V)))
    return tuple(terms)


def _norms(config: Config, copies: int) -> Term:
    """LayerNorm has a bias besides its weight."""
    return Term("norms", "norm", ("D",), (config.width,), config.width * (config.norm == "layer"), copies)


def layer_parameters(config: Config) -> int:
    """Of one layer."""
    return sum(term.count for term in layer_terms(config))


def count(config: Config) -> Parameters:
    """By the shapes of the matrices, with their biases."""
    parts = dict.fromkeys((field.name for field in fields(Parameters)), 0)
    for times, terms in ((config.layers, layer_terms(config)), (1, outer_terms(config))):
        for term in terms:
            parts[term.part] += times * term.count
    if E := config.experts:
        parts["idle"] = parts["experts"] // E * (E - config.active_experts)
    return Parameters(**parts)


def count_pair(config: Config) -> Parameters:
    """Of an encoder and a decoder with as many layers of this block each, as in 2017. A layer of the decoder has a
    second attention, which reads the encoder, and a norm for it; token tables and head are shared by both."""
    one = count(config)
    return replace(
        one,
        attention=3 * one.attention,
        mlp=2 * one.mlp,
        experts=2 * one.experts,
        routers=2 * one.routers,
        norms=2 * one.norms + config.layers * _norms(config, 1).count,
        idle=2 * one.idle,
    )


@dataclass(frozen=True)
class Operations:
    """Additions and multiplications of floating-point numbers for one token."""

    matrices: int  # 2 for every number of every matrix that the token meets, the head's included
    attention: int  # scores and weighted values, with every token that is read

    @property
    def total(self) -> int:
        return self.matrices + self.attention


def operations(config: Config, keys: float, *, head: bool = True) -> Operations:
    """For a token whose queries attend to `keys` tokens, itself included: in decoding all there are, in prefill half of
    them on average. Without `head` for the tokens of a prompt, of which the last alone needs logits. Norms,
    activations, the softmax and the look-up of the embedding are left out, as is usual (Kaplan et al. 2020, "Scaling
    Laws for Neural Language Models", section 2.1)."""
    matrices = [term for term in layer_terms(config) if len(term.shape) == 2]
    used = [replace(term, copies=config.active_experts) if term.part == "experts" else term for term in matrices]
    rows = config.vocab_size * config.width if head and config.head else 0
    weights = config.layers * sum(term.copies * prod(term.shape) for term in used) + rows
    return Operations(2 * weights, round(4 * config.layers * config.heads * config.head_width * keys))


def keys_per_query(config: Config, tokens: int) -> tuple[float, float]:
    """How many tokens a token attends to, itself included: the mean over a prompt of `tokens`, and at its end, where
    decoding goes on. Means over the layers, which take the windows in turn."""
    if not config.causal:
        return tokens, tokens
    prompt = end = 0.0
    for i, window in enumerate(config.windows):
        layers = len(range(i, config.layers, len(config.windows)))
        most = min(window or tokens, tokens)
        prompt += layers * (most - most * (most - 1) / 2 / tokens)  # the first tokens have fewer before them
        end += layers * most
    return prompt / config.layers, end / config.layers


def prompt_operations(config: Config, tokens: int) -> int:
    """Up to the first token after a prompt: the head reads the last position alone."""
    mean, _ = keys_per_query(config, tokens)
    body, whole = (operations(config, tokens * mean, head=head) for head in (False, True))
    return (tokens - 1) * body.matrices + whole.total


def writing_operations(config: Config, tokens: int) -> tuple[float, float]:
    """For so many tokens one after the other, from the first on: with the cache, where each is one track, and without,
    where all tracks before it rise again."""
    ends = np.arange(1, tokens + 1)
    keys = np.mean(
        [np.minimum(ends, config.windows[i % len(config.windows)] or tokens) for i in range(config.layers)], 0
    )
    body, whole = (operations(config, 0, head=head).matrices for head in (False, True))
    each = operations(config, 1).attention
    cached = tokens * whole + each * keys.sum()
    uncached = (ends * body + (whole - body) + each * keys.cumsum()).sum()
    return float(cached), float(uncached)


def attention_half(config: Config) -> int:
    """The first number of keys at which attention is half of what a token's operations come to, or more."""
    return -(-operations(config, 0).matrices // operations(config, 1).attention)


def cache_bytes(config: Config, tokens: int, bytes_per_number: int = SIXTEEN_BITS) -> int:
    """A key and a value for every layer, key/value head and token: 2 · layers · G · K · tokens · bytes a number.

    Every token is counted, under a sliding window too: a cache that forgets what no query can read any more is a
    further saving.
    """
    return 2 * config.layers * config.kv_heads * config.head_width * tokens * bytes_per_number


def break_even_tokens(config: Config) -> int:
    """The first number of tokens whose cache weighs as much as the model itself, both in numbers of one size."""
    return -(-count(config).total // cache_bytes(config, 1, bytes_per_number=1))


def kv_head_choices(config: Config) -> tuple[int, ...]:
    """Every number of key/value heads that the query heads can share evenly, from multi-head to multi-query."""
    return tuple(n for n in range(config.heads, 0, -1) if config.heads % n == 0)


def kv_heads_by_kind(config: Config) -> dict[str, int]:
    """Key/value heads of multi-head, grouped-query and multi-query attention, by "mha", "gqa" and "mqa". A model that
    was published without groups is given groups of four."""
    grouped = config.kv_heads if 1 < config.kv_heads < config.heads else max(config.heads // 4, 1)
    return {"mha": config.heads, "gqa": grouped, "mqa": 1}


@dataclass(frozen=True)
class RingCosts:
    """Of one layer on one of N devices, each holding t = tokens / N of the text, rounded up. In bytes."""

    queries: int  # its own queries, and the answers, as many numbers again
    blocks: int  # the keys and values it reads now, and those that arrive meanwhile
    running: int  # running maximum and running sum, in float32
    scores: int  # one block of scores, t × t for every head, in float32
    sent: int  # its keys and values, in each of the N − 1 steps

    @property
    def held(self) -> int:
        return self.queries + self.blocks + self.running + self.scores


def ring_costs(config: Config, tokens: int, devices: int, bytes_per_number: int = SIXTEEN_BITS) -> RingCosts:
    """Memory and traffic of ring attention; with one device, of attention that writes all its scores down.

    A kernel that keeps scores in a corner of the chip, as FlashAttention does, needs no `scores`.
    """
    t = -(-tokens // devices)
    numbers = config.heads * config.head_width * t
    pair = 2 * config.kv_heads * config.head_width * t * bytes_per_number
    return RingCosts(
        queries=2 * numbers * bytes_per_number,
        blocks=pair * (2 if devices > 1 else 1),
        running=2 * config.heads * t * 4,
        scores=config.heads * t * t * 4,
        sent=pair if devices > 1 else 0,
    )
