"""The traced pass, and decoding, against transformers on the same weights, threads and type."""

import json
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import torch
import transformers

from benchmarks import decode
from benchmarks.timing import in_turns
from model import zoo
from model.transformer import run

TEXT = (
    "The dog chased the squirrel because it had stolen the very last walnut from the old garden, "
    "and nobody in the house had seen it go."
)
TOKENS = 28


def lines() -> Iterator[str]:
    bundle = zoo.load("smollm2")
    file = zoo.find("smollm2")
    read = transformers.AutoModelForCausalLM.from_pretrained
    # eager shows its patterns, as ours does; for speed it gets the attention that it would choose by itself
    reference, fast = (
        read(file.parent, gguf_file=file.name, attn_implementation=kind, dtype=torch.float32).eval()
        for kind in ("eager", "sdpa")
    )
    ids = bundle.tokenizer.encode(TEXT)[:TOKENS]
    tokens = bundle.tokenizer.strings(ids)
    batch = torch.tensor([ids])

    def plain():
        with torch.inference_mode():
            reference(batch)

    for threads in (1, 2):
        torch.set_num_threads(threads)
        yield f"SmolLM2, float32, {len(ids)} tokens, {threads} thread(s)"
        passes = in_turns(31, trace=lambda: run(bundle.model, ids, tokens), forward=plain)
        yield _ratio("whole trace / plain forward of transformers (eager)", passes, "trace", "forward", "at most 1.15")
        yield from decode.lines(bundle.model, fast)
    yield from _transformer_lens()


def _ratio(what: str, seconds: dict[str, float], a: str, b: str, promise: str) -> str:
    return f"  {what}: {seconds[a] / seconds[b]:.2f} ({promise}; {a} {seconds[a]:.3g} s, {b} {seconds[b]:.3g} s)"


def _transformer_lens() -> Iterator[str]:
    """Its run_with_cache against the plain forward of the transformers beside it, in an environment of its own."""
    folder = Path(__file__).parent / ".transformer-lens"
    python = folder / "bin" / "python"
    try:
        if not (folder / "ready").exists():
            venv.create(folder, with_pip=True)
            for requirement in ("torch==2.13.0", "transformer-lens==" + TRANSFORMER_LENS):
                subprocess.run([python, "-m", "pip", "install", "-q", requirement], check=True)
            (folder / "ready").touch()
        script = Path(__file__).with_name("transformer_lens_side.py")
        out = subprocess.run([python, script, str(TOKENS)], check=True, capture_output=True, text=True).stdout
    except subprocess.CalledProcessError as error:
        yield f"  TransformerLens could not be measured: {(error.stderr or str(error)).strip().splitlines()[-1]}"
        return
    medians = json.loads(out.splitlines()[-1])
    yield _ratio(
        "  TransformerLens run_with_cache / plain forward (1 thread)", medians, "cached", "plain", "for comparison"
    )


TRANSFORMER_LENS = "3.9.0"  # the last that still has HookedTransformer
