"""What follows from a table: parameters, memory, operations and cache, as lines and columns."""

from collections.abc import Iterable

from model.arithmetic import cache_bytes, count, keys_per_query, layer_parameters, operations
from model.config import Config
from ui.kit.language import Words

PARTS = ("head", "norms", "routers", "attention", "mlp", "experts", "positions", "embedding")
BITS = 16  # in which models are published


def legible(n: float) -> float:
    """A count that is written in full as long as one can read it."""
    return n if n < 10**15 else float(n)


def present(configs: Iterable[Config]) -> list[str]:
    """The parts that at least one of the models has."""
    counts = [count(config) for config in configs]
    return [part for part in PARTS if any(getattr(each, part) for each in counts)]


def table(pair: dict[str, Config], words: Words) -> dict[str, list]:
    """Parameters by part, a column for each model."""
    parts = present(pair.values())
    labels = [words.text(f"part-{part}") for part in parts] + [words.text("total"), words.text("active")]
    columns = {words.text("part"): labels}
    for name, config in pair.items():
        counted = count(config)
        columns[name] = [legible(getattr(counted, part)) for part in (*parts, "total", "active")]
    return columns


def lines(configs: list[Config], tokens: int, words: Words) -> list[dict]:
    """The lines beside the table: {label, values: one for each model}."""
    number, counts = words.number, [count(config) for config in configs]

    def line(section: str, values: Iterable[str], **inserted: object) -> dict:
        return {"label": words.text(section, **inserted), "values": list(values)}

    def where_causal(values: Iterable[str]) -> Iterable[str]:
        nothing = words.text("nothing")
        return (value if config.causal else nothing for value, config in zip(values, configs, strict=True))

    def flops(phase: int) -> Iterable[str]:
        keys = (keys_per_query(config, tokens)[phase] for config in configs)
        return (
            words.scaled(operations(c, k, head=phase == 1).total, "FLOP") for c, k in zip(configs, keys, strict=True)
        )

    def cached(tokens: int) -> Iterable[str]:
        return where_causal(words.bytes(cache_bytes(config, tokens)) for config in configs)

    active = [line("active", (number(legible(each.active)) for each in counts))] if any(c.idle for c in counts) else []
    return [
        line("total", (number(legible(each.total)) for each in counts)),
        *active,
        line("per-layer", (number(legible(layer_parameters(config))) for config in configs)),
        line("weigh", (words.bytes(each.total * BITS / 8) for each in counts)),
        line("prefill", flops(0), tokens=number(tokens)),
        line("decode", where_causal(flops(1)), tokens=number(tokens)),
        line("cache-token", cached(1)),
        line("cache-tokens", cached(tokens), tokens=number(tokens)),
    ]
