"""The models of the switchboard side by side: what differs, how they learned, what they reached."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.arithmetic import cache_bytes, count
from model.config import Config, differences
from model.weights.checkpoint import Report
from model.zoo import Bundle, ModelUnavailable
from ui.kit import cache, config_fields
from ui.kit.language import Words
from ui.kit.switchboard import BASE, apart, bits, difference, report


@dataclass(frozen=True)
class Switch:
    """A model of the switchboard and how it was trained."""

    name: str
    bundle: Bundle
    report: Report

    @property
    def config(self) -> Config:
        return self.bundle.model.config

    @property
    def cache_bytes(self) -> int:
        """Of the key-value cache at its whole context."""
        return cache_bytes(self.config, self.config.context)


def load(name: str) -> Switch:
    """Raises ModelUnavailable where a file is not there or not whole."""
    full = f"switchboard/{name}"
    return Switch(name, cache.bundle(full), report(full))


def verdict(variant: Switch, words: Words) -> Markup | None:
    """Better, worse, or not to be told apart, over the seeds; None where the trials are not there."""
    if (pair := difference(variant.name, BASE)) is None:
        return None
    section, own, reference = {-1: "better", 0: "same", 1: "worse"}[pair.sign], pair.one.mean(), pair.other.mean()
    shown = {
        "base": bits(reference, words),
        "own": bits(own, words),
        "difference": apart(own, reference, words),
        "margin": bits(pair.margin, words),
        "seeds": len(pair.values),
    }
    return words.inline(f"verdict-{section}", **shown)


def about(base: Switch, variant: Switch, words: Words) -> dict[str, object]:
    """What the sentence about a switch may be filled with."""
    config, old, new = variant.config, count(base.config), count(variant.config)
    values = {
        "heads": config.heads,
        "kv_heads": config.kv_heads,
        "context": words.number(config.context),
        "window": config.window or 0,
        "cache": words.bytes(variant.cache_bytes),
        "cache_base": words.bytes(base.cache_bytes),
        "more": words.number(abs(new.total - old.total)),
        "total": words.number(new.total),
        "active": words.number(new.active),
        "experts": config.experts or 0,
        "used": config.active_experts,
        "limit": words.percent(1 / config.active_experts),
        "fields": len(differences(base.config, config)),
    }
    return values | _busiest(variant, words)


def _busiest(variant: Switch, words: Words) -> dict[str, str]:
    """The fraction that the busiest expert of a layer gets: the mean over the layers, at the end of the training."""
    if variant.report.busiest is None:
        return {}
    balanced = variant.name != "collapsed"
    try:
        other = report(f"switchboard/{'collapsed' if balanced else 'experts'}").busiest[-1].mean()
    except ModelUnavailable:
        other = float("nan")
    fractions = {"busiest": variant.report.busiest[-1].mean(), "other": other, "even": 1 / variant.config.experts}
    return {name: words.percent(float(fraction)) for name, fraction in fractions.items()}


def sheet(base: Switch, variant: Switch, words: Words) -> Markup:
    """What differs, and what follows: as a table of the two."""
    number, lang, both = words.number, words.lang, (base, variant)
    rows = [
        (config_fields.label(name, lang), *(config_fields.value(name, switch.config, lang) for switch in both))
        for name in differences(base.config, variant.config)
    ]
    balance = variant.report.recipe["balance"]
    if base.report.recipe["balance"] != balance and variant.config.experts:
        rows.append((words.inline("row-balance"), words.text("no-experts"), number(balance)))
    changed = len(rows)
    counts = [count(switch.config) for switch in both]
    rows.append((words.inline("row-total"), *(number(parameters.total) for parameters in counts)))
    if variant.config.experts:
        rows.append((words.inline("row-active"), *(number(parameters.active) for parameters in counts)))
    tokens = number(base.config.context)
    rows.append((words.inline("row-cache", tokens=tokens), *(words.bytes(switch.cache_bytes) for switch in both)))
    rows.append((words.inline("row-tokens"), *(number(switch.report.tokens) for switch in both)))
    rows.append((words.inline("row-bits"), *(bits(switch.report.bits_per_byte, words) for switch in both)))
    body = Markup().join(_row(*row, i < changed, words) for i, row in enumerate(rows))
    names = (words.inline("name-base"), words.inline(f"name-{variant.name}"))
    head = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in names)
    return Markup('<table class="grid-table"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>').format(
        head, body
    )


def _row(name: Markup, before: str, after: str, changed: bool, words: Words) -> Markup:
    same = before == after
    arrow = Markup('&nbsp;<span aria-hidden="true">→</span>') if changed else ""
    shown = words.inline("unchanged") if same else Markup("<b>{}</b>").format(after)
    row = Markup('<tr><th scope="row">{}</th><td class="number">{}{}</td><td{}>{}</td></tr>')
    return row.format(name, before, arrow, Markup(' class="note"') if same else "", shown)


def losses_table(courses: dict[str, tuple[np.ndarray, np.ndarray]], words: Words) -> dict[str, list]:
    """courses: by name, steps and losses."""
    (steps, _), *_ = courses.values()
    return {words.text("step"): steps.tolist()} | {name: losses.tolist() for name, (_, losses) in courses.items()}
