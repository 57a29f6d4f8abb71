"""What its component is given of a session's texts, of texts of two seeds, and of beam search."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from model import sampling
from model.analysis import text_tree
from model.generate import stream
from model.sampling import Sampling
from model.zoo import Bundle
from ui.kit import tables
from ui.kit.language import Words
from ui.lessons.step_by_step.generation import HOTTEST, LAST_SEED, LIMIT, GenerationSession
from ui.lessons.step_by_step.lanes import lanes

DIE_FACES = 1000  # of the die, as it is shown
SEED_TOKENS = 12  # of the texts that are compared by seed
BEAM_STEPS, BEAM_WIDTHS = 8, (2, 3, 4)
START = 6  # last tokens of the text that a search started from, shown
GREEDY = Sampling(temperature=0)
GREEDY_TOKENS = 16  # after a forced one


def loop(session: GenerationSession) -> dict:
    """The text, the candidates with the tail, the tree.

    prompt: its tokens. nodes, of N texts: parent, id, token, p, forced, lane (see `lanes`), (N,) each; at: the one
    shown. candidates: id, token, p, q (the probability at this temperature); others: count, p and q of the rest of the
    vocabulary; drawn: an id, and its rank from 1. temperature, seed, and their bounds hottest, lastSeed; limit of the
    tokens; full: it is reached; ended: the text is over. turn: the number of commands applied.
    """
    following, strings, nodes = session.distribution(), session.bundle.tokenizer.strings, session.tree.nodes
    candidates = zip(following.ids, strings(following.ids), following.base, following.tempered, strict=True)
    last = nodes[session.at].token
    return {
        "turn": session.turn,
        "prompt": strings(session.ids),
        "nodes": {
            "parent": [node.parent for node in nodes],
            "id": [node.token for node in nodes],
            "token": ["", *strings([node.token for node in nodes[1:]])],
            "p": [node.probability for node in nodes],
            "forced": [node.forced for node in nodes],
            "lane": lanes(session.tree),
        },
        "at": session.at,
        "candidates": [{"id": id, "token": token, "p": p, "q": q} for id, token, p, q in candidates],
        "drawn": following.drawn,
        "rank": following.rank,
        "others": {
            "count": following.size - len(following.ids),
            "p": max(0.0, 1 - sum(following.base)),
            "q": max(0.0, 1 - sum(following.tempered)),
        },
        "temperature": session.temperature,
        "seed": session.seed,
        "hottest": HOTTEST,
        "lastSeed": LAST_SEED,
        "limit": LIMIT,
        "full": session.step >= LIMIT,
        "ended": last in session.bundle.tokenizer.special,
    }


def table(session: GenerationSession, words: Words) -> dict[str, list]:
    """The text after the prompt, a token a row."""
    path = [session.tree.nodes[node] for node in session.tree.path(session.at)]
    ids = [node.token for node in path]
    return {
        words.text("column-step"): list(range(1, len(path) + 1)),
        words.text("column-token"): session.bundle.tokenizer.strings(ids),
        words.text("column-id"): ids,
        words.text("column-probability"): [node.probability for node in path],
        words.text("column-taken"): [words.text("taken-forced" if node.forced else "taken-drawn") for node in path],
    }


def same_seed(bundle: Bundle, ids: list[int], temperature: float, seed: int) -> dict:
    """Texts of a seed, of the same seed again, and of another one. Nothing is shared between the three: each has a
    decoder of its own and reads the prompt anew.

    rows: seed; id, token, p, dice (SEED_TOKENS,). equal: how many tokens the second and the third have in common with
    the first; difference: the largest of a probability between the first two.
    """

    def text(seed: int) -> dict:
        steps = list(islice(stream(bundle.model, ids, sampling=Sampling(temperature), seed=seed), SEED_TOKENS))
        return {
            "seed": seed,
            "id": [step.token for step in steps],
            "token": bundle.tokenizer.strings([step.token for step in steps]),
            "p": [float(step.stages.base[step.token]) for step in steps],
            "dice": [_throw(seed, step) for step in range(SEED_TOKENS)],
        }

    first, again, other = text(seed), text(seed), text(seed + 1 if seed < LAST_SEED else 0)
    return {
        "rows": [first, again, other],
        "equal": [sum(a == b for a, b in zip(first["id"], row["id"], strict=True)) for row in (again, other)],
        "difference": float(np.abs(np.subtract(first["p"], again["p"])).max()),
        "temperature": temperature,
    }


def _throw(seed: int, step: int) -> int:
    """The number thrown for a step, from 0 to DIE_FACES - 1: what a draw among equals gives."""
    return sampling.draw(np.full(DIE_FACES, 1 / DIE_FACES), seed=seed, step=step)


def beams(bundle: Bundle, ids: list[int], width: int) -> dict:
    """Beam search and greedy decoding of BEAM_STEPS tokens after a text (T ids), as one tree.

    start: the last tokens of the text, cut where it has more. nodes, of N texts: parent, token, p, lane, (N,) each.
    ends: the texts that nothing follows, their node, the sum of their log-probabilities and their rank among the last
    beams, 0 for none. greedy: its nodes; left: the step, from 1, after which it was in no beam, or 0; gain: how many
    times as likely the best beam is.
    """
    search = text_tree.search(bundle.model, ids, width=width, length=BEAM_STEPS)
    tree, strings, last = search.tree, bundle.tokenizer.strings, [beam.tokens for beam in search.beams]
    return {
        "width": width,
        "start": strings(ids[-START:]),
        "cut": len(ids) > START,
        "nodes": {
            "parent": [node.parent for node in tree.nodes],
            "token": ["", *strings([node.token for node in tree.nodes[1:]])],
            "p": [node.probability for node in tree.nodes],
            "lane": lanes(tree),
        },
        "ends": [
            {"node": end, "sum": search.log_probabilities[text], "rank": last.index(text) + 1 if text in last else 0}
            for text, end in search.ends.items()
        ],
        "greedy": tree.path(search.ends[search.greedy]),
        "left": search.dropped,
        "gain": search.gain,
    }


def same_seed_table(texts: dict, words: Words) -> dict[str, list] | None:
    """A row for each token of the texts that `same_seed` wrote; None before."""
    if "rows" not in texts:
        return None
    sections = "proof-seed", "proof-again", "proof-seed"
    rows = [
        (words.text(section, seed=text["seed"]), n, *drawn)
        for section, text in zip(sections, texts["rows"], strict=True)
        for n, drawn in enumerate(zip(text["token"], text["id"], text["p"], text["dice"], strict=True), 1)
    ]
    names = "text", "step", "token", "id", "probability", "dice"
    return tables.of_rows((words.text(f"column-{name}") for name in names), rows)


def beams_table(found: dict, words: Words) -> dict[str, list] | None:
    """A row for each text that `beams` found to its end; None before."""
    if "ends" not in found:
        return None
    nodes, rows = found["nodes"], []
    for end in found["ends"]:
        path, node = [], end["node"]
        while node:  # the root is the text itself
            path.insert(0, nodes["token"][node])
            node = nodes["parent"][node]
        ways = [words.text("beams-rank", n=end["rank"])] if end["rank"] else []
        ways += [words.text("beams-greedy")] if end["node"] == found["greedy"][-1] else []
        rows.append((", ".join(ways), "".join(path), end["sum"]))
    names = "way", "text", "sum"
    return tables.of_rows((words.text(f"column-{name}") for name in names), rows)


def greedy(bundle: Bundle, ids: list[int], token: int) -> list[int]:
    """This token after a text, and GREEDY_TOKENS more of greedy decoding."""
    steps = stream(bundle.model, ids, sampling=GREEDY, force={0: token})
    return [step.token for step in islice(steps, GREEDY_TOKENS + 1)]


def longest_run(first: Sequence[int], second: Sequence[int]) -> tuple[int, int, int]:
    """The longest run of tokens that both texts have: where it begins in each, and its length."""
    best, before = (0, 0, 0), [0] * (len(second) + 1)
    for i, token in enumerate(first):
        now = [0] + [before[j] + 1 if token == other else 0 for j, other in enumerate(second)]
        best = max([best, *((i + 1 - n, j - n, n) for j, n in enumerate(now))], key=lambda run: run[2])
        before = now
    return best
