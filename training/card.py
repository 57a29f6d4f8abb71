"""The card of a model of ours: what it is, what it read, what it reached. Measured on the files as they are shipped.

python -m training.card [NAME …]     measures again and writes the cards anew
"""

import json
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from model import generate, hf, tokens, zoo
from model.arithmetic import count
from model.config import differences
from model.sampling import Sampling
from model.weights import checkpoint
from training.corpus import TEXT
from training.evaluate import bits_per_byte
from training.recipes import BASE, PLANS, Plan

OPENINGS = (
    "The old man looked at the sea and",
    "Once upon a time there was a little",
    "The committee said that the new law",
    "And the king said unto him,",
    "She opened the door and saw",
)
LENGTH = 60  # tokens of a sample
SAMPLING = Sampling(temperature=0.7, top_p=0.9)


def write(name: str, plan: Plan, folder: Path) -> None:
    """README.md for readers, card.json for the app."""
    tokenizer = tokens.from_file(TEXT / "tokenizer.json")
    model = hf.from_folder(folder)
    bits = bits_per_byte(model, tokenizer, TEXT / "held_out.npz", plan.context)
    samples = []
    for seed, opening in enumerate(OPENINGS):
        ids = tokenizer.encode(opening)
        steps = islice(generate.stream(model, ids, sampling=SAMPLING, seed=seed), LENGTH)
        samples.append(tokenizer.decode([*ids, *(step.token for step in steps)]))
    card = {
        "licence": "CC0-1.0",
        "tokens": plan.tokens,
        "bits_per_byte": round(bits, 4),
        "recipe": recipe(plan),
        "samples": samples,
    }
    (folder / checkpoint.CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    (folder / "README.md").write_text(_text(name, plan, card))


def recipe(plan: Plan) -> dict:
    """How it was trained, as JSON gives it back."""
    settings = asdict(plan.recipe) | {"steps": plan.steps, "rows": plan.rows, "context": plan.context}
    return settings | {"betas": list(plan.recipe.betas)}


def _text(name: str, plan: Plan, card: dict) -> str:
    parts, kind = count(plan.config), checkpoint.family_of(plan.config)
    apart = differences(BASE, plan.config) if name.startswith("switchboard/") else {}
    choices = "; ".join(f"{field} {after} in the place of {before}" for field, (before, after) in apart.items())
    samples = "\n".join("> " + sample.replace("\n", "\n> ") + "\n" for sample in card["samples"])
    read = (
        f"as {kind.title()}" if kind else "by this project only: no architecture of transformers has this configuration"
    )
    return f"""# {name}

{f"Differs from the base in: {choices}." if choices else "A small transformer, trained for these lessons."}
{parts.total:,} parameters, {parts.active:,} of them used by a token. Read {read}.

- Data: the Brown corpus (nine tenths of it), WordNet's glosses, the King James Bible, and stories written by SmolLM2,
  as training/corpus.py builds them. Tokenizer: byte-level BPE of {plan.config.vocab_size:,} tokens.
- Tokens seen: {card["tokens"]:,}, in {plan.steps:,} steps of {plan.rows} rows of {plan.context}, seed {plan.seed}.
- Held-out Brown: {card["bits_per_byte"]:.3f} bits per byte.
- Balancing loss: {plan.recipe.balance if plan.config.experts else "none, for there are no experts"}.
- Licence: {card["licence"]}. Trained in 32 bits, shipped in 16. For lessons; it knows next to nothing.

Samples (temperature {SAMPLING.temperature}, top-p {SAMPLING.top_p}, seeds 0 to {len(OPENINGS) - 1}):

{samples}"""


if __name__ == "__main__":
    for name in sys.argv[1:] or PLANS:
        write(name, PLANS[name], zoo.CHECKPOINTS / name)
