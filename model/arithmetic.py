"""What a configuration costs, without building it. No torch: figures and pages can use this."""

from dataclasses import dataclass

from model.config import Config


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
