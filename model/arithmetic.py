"""What a configuration costs, without building it. No torch: figures and pages can use this."""

from dataclasses import dataclass, replace

from model.config import Config


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


def count(config: Config) -> Parameters:
    """By the shapes of the matrices, with their biases."""
    D, F, inner, shared = (
        config.width,
        config.mlp_width,
        config.heads * config.head_width,
        config.kv_heads * config.head_width,
    )
    attention = 2 * D * inner + 2 * D * shared + config.bias * (inner + 2 * shared + D)
    halves = 1 if config.mlp == "plain" else 2  # a gated MLP has two ways up
    mlp = (halves + 1) * D * F + config.bias * (halves * F + D)
    experts = config.experts or 0
    norms = 2 * config.layers + (config.norm_place == "pre") + config.embed_norm
    return Parameters(
        embedding=(config.vocab_size + (config.segments or 0)) * D,
        positions=config.context * D if config.position == "learned" else 0,
        attention=config.layers * attention,
        mlp=0 if experts else config.layers * mlp,
        experts=config.layers * experts * mlp,
        routers=config.layers * experts * D,
        norms=norms * D * (2 if config.norm == "layer" else 1),
        head=config.vocab_size * D if config.head and not config.tied else 0,
        idle=config.layers * (experts - config.active_experts) * mlp if experts else 0,
    )


def count_pair(config: Config) -> Parameters:
    """Of an encoder and a decoder with as many layers of this block each, as in 2017. A layer of the decoder has a
    second attention, which reads the encoder, and a norm for it; token tables and head are shared by both."""
    one, layers = count(config), config.layers
    norm = config.width * (2 if config.norm == "layer" else 1)
    return replace(
        one,
        attention=3 * one.attention,
        mlp=2 * one.mlp,
        experts=2 * one.experts,
        routers=2 * one.routers,
        norms=2 * one.norms + layers * norm,
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


def operations(config: Config, reads: float) -> Operations:
    """For a token that reads `reads` tokens, itself included: in decoding all there are, in prefill half of them on
    average. Norms, activations, the softmax and the look-up of the embedding are left out, as is usual (Kaplan et al.
    2020, "Scaling Laws for Neural Language Models", section 2.1)."""
    parts = count(config)
    biases = config.layers * config.bias * ((config.heads + 2 * config.kv_heads) * config.head_width + config.width)
    halves = 1 if config.mlp == "plain" else 2
    used = config.active_experts if config.experts else 1
    biases += config.layers * config.bias * used * (halves * config.mlp_width + config.width)
    head = config.vocab_size * config.width if config.head else 0
    weights = parts.attention + parts.mlp + parts.experts - parts.idle + parts.routers - biases + head
    return Operations(2 * weights, round(4 * config.layers * config.heads * config.head_width * reads))


def cache_bytes(config: Config, tokens: int, bytes_per_number: int = 2) -> int:
    """A key and a value for every layer, key/value head and token: 2 · layers · G · K · tokens · bytes a number.

    Every token is counted, under a sliding window too: a cache that forgets what no query can read any more is a
    further saving.
    """
    return 2 * config.layers * config.kv_heads * config.head_width * tokens * bytes_per_number


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


def ring_costs(config: Config, tokens: int, devices: int, bytes_per_number: int = 2) -> RingCosts:
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
