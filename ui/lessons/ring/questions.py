"""The predictions of the lesson. Each answer is computed after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.arithmetic import ring_costs
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.frame.question import Question
from ui.lessons.ring import readings
from ui.lessons.ring.readings import Choice

MODEL, LENGTH, DEVICES = "Llama 3.1 8B", 1 << 20, 8  # of the question about what is sent


def first(page: Page) -> Question:
    """In how many steps has device 1 anything to compute? Under a causal mask, in one."""
    words, devices = page.words, readings.usual_devices(len(page.ids))

    def busy_steps() -> np.ndarray:
        return (_score_counts(page, devices) > 0).sum(0)

    def explain(right: int) -> Markup:
        return words("explain-first", busy=right + 1, devices=devices, last=int(busy_steps()[-1]))

    question = words.inline("question-first", devices=devices)
    options = [str(n) for n in range(1, devices + 1)]
    return Question(
        question, options, lambda: int(busy_steps()[0]) - 1, explain, against=lambda i: words("first-against")
    )


def busiest(page: Page) -> Question:
    """Which device computes the most scores? With uneven spans it need not be the last."""
    words, devices = page.words, readings.usual_devices(len(page.ids))
    names = [words.text("device", n=n) for n in range(1, devices + 1)]

    def sums() -> list[int]:
        return _score_counts(page, devices).sum(0).tolist()

    def answer() -> int:
        counts = sums()
        return counts.index(max(counts)) if counts.count(max(counts)) == 1 else devices

    def explain(right: int) -> Markup:
        section = {devices: "explain-several", devices - 1: "explain-last"}.get(right, "explain-busiest")
        listed = ", ".join(f"{name}: {words.number(count)}" for name, count in zip(names, sums(), strict=True))
        return words(section, device=right + 1, last=devices, listed=listed)

    def against(i: int) -> Markup:
        if i == devices:
            return words("busiest-against-several")
        return words("busiest-against", device=i + 1, count=words.number(sums()[i]), most=words.number(max(sums())))

    question = words.inline("question-busiest", tokens=len(page.ids), devices=devices)
    return Question(question, [*names, words.text("several")], answer, explain, against)


def sent(page: Page) -> Question:
    """Twice the devices: what becomes of the bytes that each sends in all its steps?"""
    words = page.words

    def in_a_step(devices: int) -> int:
        return ring_costs(MODELS[MODEL], LENGTH, devices).sent

    def in_all(devices: int) -> int:
        return (devices - 1) * in_a_step(devices)

    def answer() -> int:
        ratio = in_all(2 * DEVICES) / in_all(DEVICES)
        return 0 if ratio < 0.75 else 2 if ratio > 1.5 else 1

    def explain(right: int) -> Markup:
        values = {
            "large": in_a_step(DEVICES),
            "small": in_a_step(2 * DEVICES),
            "before": in_all(DEVICES),
            "after": in_all(2 * DEVICES),
        }
        shown = {name: words.bytes(x) for name, x in values.items()}
        return words("explain-sent", few=DEVICES - 1, many=2 * DEVICES - 1, **shown)

    names = ("half", "same", "twice")
    values = {"length": words.number(LENGTH), "few": DEVICES, "many": 2 * DEVICES}
    options = [words.text(f"sent-{name}") for name in names]
    text = words.inline("question-sent", model=MODEL, **values)
    return Question(text, options, answer, explain, lambda i: words(f"sent-against-{names[i]}"))


def _score_counts(page: Page, devices: int) -> np.ndarray:
    return readings.score_counts(readings.run(page.trace(readings.KEEP), Choice(0, devices)))
