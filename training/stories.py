"""Short stories written by SmolLM2 (Apache-2.0), for our own models to learn from.

    python -m training.stories COUNT

writes training/text/stories/N.jsonl.gz, 64 seeds in each, leaving out those that are there: it can be stopped and
started again. Give the files to training/corpus.py.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import torch
from tqdm import tqdm

from model import sampling, zoo
from model.cache import KVCache
from training.corpus import TEXT

FOLDER = TEXT / "stories"
SEEDS_PER_FILE = 64
LENGTH = 300  # tokens at most
SETTINGS = sampling.Sampling(temperature=0.65, top_p=0.9)
FRESH = 0.75  # of all runs of four words, those that occur once: below, a story goes in circles
HEROES = "a fox, an old sailor, two sisters, a quiet boy, a baker, a lost dog, a teacher, a robot, a queen, a farmer"
PLACES = (
    "by the sea, in a small town, in the mountains, on a train, in a market, in a school, in a forest, on an island"
)
THINGS = "a key, a letter, a storm, a broken clock, a song, a map, a promise, a loaf of bread, a red coat, a secret"


def request(seed: int) -> str:
    """What SmolLM2 is asked, in the form of its own chats."""
    generator = np.random.default_rng(seed)
    hero, place, thing = (generator.choice(words.split(", ")) for words in (HEROES, PLACES, THINGS))
    asked = f"Write a short story in simple words about {hero} {place}. There is {thing} in it."
    return f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n"


def repeats(text: str) -> bool:
    words = text.split()
    runs = list(zip(*(words[i:] for i in range(4)), strict=False))
    return len(set(runs)) < FRESH * len(runs)


@torch.inference_mode()
def write_stories(bundle: zoo.Bundle, seeds: Iterable[int]) -> list[str]:
    """The stories of these seeds that ended by themselves and do not repeat. Those whose requests have as many tokens
    are written side by side."""
    model, end = bundle.model, bundle.tokenizer.find("<|im_end|>")
    groups = defaultdict(list)
    for seed in seeds:
        ids = bundle.tokenizer.encode(request(seed))
        groups[len(ids)].append((seed, ids))
    stories = []
    for group in groups.values():
        cache, texts = KVCache(model.config), [[] for _ in group]
        new = torch.tensor([ids for _, ids in group], device=model.device)
        for step in range(LENGTH):
            logits = model.lm_head(model.hidden_states(new, cache=cache)[:, -1]).float().cpu().numpy()
            drawn = [
                sampling.draw(sampling.stages(row, **vars(SETTINGS)).final, seed=seed, step=step)
                for row, (seed, _) in zip(logits, group, strict=True)
            ]
            for text, token in zip(texts, drawn, strict=True):
                if end not in text:
                    text.append(token)
            if all(end in text for text in texts):
                break
            new = torch.tensor(drawn, device=model.device)[:, None]
        stories += [bundle.tokenizer.decode(text[:-1]).strip() for text in texts if end in text]
    return [text for text in stories if not repeats(text)]


def main(count: int) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    bundle = zoo.load("smollm2")
    for number in tqdm(range(-(-count // SEEDS_PER_FILE))):
        file = FOLDER / f"{number}.jsonl.gz"
        if not file.exists():
            texts = write_stories(bundle, range(number * SEEDS_PER_FILE, (number + 1) * SEEDS_PER_FILE))
            file.write_bytes(gzip.compress("".join(json.dumps(text) + "\n" for text in texts).encode(), mtime=0))


if __name__ == "__main__":
    main(int(sys.argv[1]))
