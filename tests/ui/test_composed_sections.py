"""Sections whose names are put together: whatever stands in the braces, both languages have them. For each beginning in
the code, all that can come there; what a comprehension over a tuple says is read off the code itself."""

import ast
import dataclasses
from itertools import product

import numpy as np
import pytest

import content
from model import lens
from model.arithmetic import count
from model.checks import CHECKS, SABOTAGES, rounding
from model.config import CHOICES, MIXTRAL, RECIPES
from model.layers import ACTIVATIONS, BLOCKS, MLPS, NORMS
from model.packing import METHODS
from model.positions import POSITIONS
from model.toys.plans import NAMES, OPTIONS, PRESETS
from model.toys.tasks import TASKS
from model.what_if import changes, fields
from tests.support.composed import asked, composed, literal_domain, raised
from tests.support.pages import ROOT
from training.recipes import SWITCHES
from training.word_classes import CLASSES
from ui.frame import curriculum, ledger, model_card, model_choice
from ui.kit import url_state
from ui.lessons.blocks import fields as differing
from ui.lessons.blocks import parts
from ui.lessons.encoders import search
from ui.lessons.experts import statistics
from ui.lessons.heads import readings as heads
from ui.lessons.is_it_true import grid, runs
from ui.lessons.next_token import controls
from ui.lessons.positions import questions as positions
from ui.lessons.ring import processes
from ui.lessons.sharing import view as sharing
from ui.lessons.sparse import readings as sparse
from ui.lessons.table import drawing as table
from ui.lessons.table import parse
from ui.lessons.tokens.view import TOKENIZERS
from ui.lessons.tracks import curve

WORDED = ("position", "norm", "place", "balance")  # choices of lesson `train` that have words for their values


DRAWN = set.union(*(parts.present(config) for config in RECIPES.values())) | {"cross", "cross_norm"}
SHARING = ("multi", "grouped", "one")
TOLD_APART = (*NORMS, *BLOCKS, *MLPS, *ACTIVATIONS, *CHOICES["mask"], *SHARING, *POSITIONS.keys() - {"none"})
FIELDS = {name for kind in changes.KINDS.values() for name in kind.fields()}
COUNTED = {field.code for kind in changes.KINDS.values() for field in kind.fields().values() if hasattr(field, "code")}
LOCAL = {"missing", "memory", "pickle", "several"}  # of models that do not come along
DOMAINS = {
    "ui": {
        "instead-{}": {*raised("model", "ModelUnavailable") - LOCAL, "own"},
        "remedy-{}": {*raised("model", "ModelUnavailable") - LOCAL, "own"},
        "local-{}": {*raised("model", "ModelUnavailable") - {"install"}, "setting", "lacking"},
        "unfit-{}": {*model_choice.REQUIREMENTS, model_choice.TEXT, model_choice.OURS, "other"},
        "state-{}": ("done", "next", "open", "missing"),
        "{}-title": curriculum.APPENDICES,
        "{}-lead": curriculum.APPENDICES,
        "route-{}": curriculum.ROUTES,
        "card-about-{}": (*model_card.KNOWN, "other"),
        "card-{}": ("parameters", "layers", "size", "heads", "context", "vocabulary", "licence", "source"),
        "notation-{}": ("term", "symbol", "config"),
    },
    "ledger": {"title-{}": ledger.LINES, "line-{}": ledger.LINES},
    "share": {"part-{}": url_state.PARTS},
    "path": {"part-{}": curriculum.PARTS, "{}": [lesson.slug for lesson in curriculum.LESSONS]},
    "blocks": {
        "part-{}": DRAWN,
        "why-{}": {parts.HISTORY.get(name, name) for name in DRAWN},
        "from-{}": {parts.HISTORY.get(name, name) for name in DRAWN},
        "not-{}": ("segment", "position", "embed_norm", "final_norm", "gate", "router", "experts", "inner", "cross"),
        "norm-{}": NORMS,
        "position-{}": POSITIONS,
        "activation-{}": ACTIVATIONS,
        "box-{}": parts.BOXES,
        "sub-{}": (*SHARING, *MLPS, *CHOICES["mask"]),
        "what-{}": TOLD_APART,
        "what-residual-{}": BLOCKS,
        "arith-{}": (*NORMS, *BLOCKS),
        "explain-grown-{}": BLOCKS,
        "against-grown-{}-{}": list(product(("more", "less"), BLOCKS)),
        "place-{}": BLOCKS,
        "title-{}": ("old", "new"),
        "fields-{}": ("ideas", "sizes"),
        "field-{}": differing.IDEAS + differing.SIZES,
        "old-{}": ("own", "minilm"),
    },
    "switchboard": {
        "name-{}": SWITCHES,
        "look-{}": SWITCHES.keys() - {"base"},
        "verdict-{}": ("better", "worse", "same"),
        "norm-{}": ("base", "post-norm"),
        "surprise-{}-{}": list(product(("positions", "waves", "collapse", "sum"), ("less", "same", "more"))),
        "against-worst-{}": ("more", "equal", "less"),
        "against-cache-{}": ("same", "heads", "other"),
    },
    "encoders": {
        "example-{}": search.EXAMPLES,
        "query-{}": search.EXAMPLES,
        "use-{}": ("encoder", "decoder", "pair", "encoder-title", "decoder-title", "pair-title"),
        "{}-{}": list(product(("title", "how", "empty"), ("keywords", "nearest", "reranked"))),
        "ahead-against-{}": ("decoder", "both", "none"),
        "option-{}": ("vectors", "another", "nothing"),
        "explain-{}": ("vectors", "another", "nothing"),
        "reranked-against-{}": ("vectors", "another", "nothing", "another-none"),
    },
    "experts": {
        "class-{}": CLASSES,
        "told-{}": statistics.KINDS,
        "kind-{}": statistics.KINDS,
        "genre-{}": ("none", "little", "much"),
        "genre-option-{}": ("class", "genre", "both"),
        "genre-against-{}": ("class", "genre", "both"),
        "touch-{}": ("off", "force", "none", "off-many", "force-many"),
        "part-{}": count(MIXTRAL).by_use,
        "{}-many": ("touch-off", "touch-force"),
    },
    "heads": {
        "explain-repeat-{}": ("same", "less"),
        "moved-{}": heads.AGAINST,
        "compared-{}": heads.AGAINST,
        "against-{}": (*heads.AGAINST, "few", "half", "most"),
        "option-{}": ("few", "half", "most"),
        "against-repeat-{}": ("same", "some", "half"),
        "option-repeat-{}": ("same", "some", "half"),
        "place-{}": lens.KINDS,
    },
    "is_it_true": {
        "check-{}": CHECKS,
        "why-{}": {*grid.REASONS.values(), "deep"},
        "verdict-{}": grid.MARKS,
        "col-{}": grid.TITLES,
        "break-{}": (*SABOTAGES, runs.NO_SABOTAGE),
        "broken-{}": (*SABOTAGES, runs.NO_SABOTAGE),
        "state-{}": ("done", "stopped", "away", "failed", "turn", "running", "queue", "none"),
        "sort-{}": {check.sort for check in CHECKS.values()},
        "sort-{}-note": {check.sort for check in CHECKS.values()},
        "aloud-{}": ("whole", "broken", "unnoticed"),
        "ran-{}": ("machine", "device", "threads"),
        "order-{}": rounding.sums_by_order(np.float32([1, 2])),
        "option-{}": ("none", "some", "all"),
        "against-{}": ("none", "some", "all"),
    },
    "machine": {"option-{}": ("all", "last", "none"), "against-{}": ("all", "last", "none")},
    "mlp": {
        "half-option-{}": ("few", "dozens", "many"),
        "half-against-{}": ("few", "dozens", "many"),
        "built-{}": MLPS,
        "bar-{}": ("mlp", "attention"),
    },
    "next_token": {
        "final-norm-{}": NORMS,
        "order-only-{}": ("first", "last"),
        "note-{}": controls.DIALS,
        "option-{}": ("shrinks", "grows", "doubles"),
        "against-{}": ("shrinks", "grows", "doubles"),
    },
    "packing": {
        "method-{}": METHODS,
        "reading-{}": ("both", "mask-only", "restart-only", "none", "separated", "single"),
        "set-{}": ("mask", "restart", "separator", "none"),
        "option-{}": ("falls", "stays", "rises"),
        "context-against-{}": ("falls", "stays", "rises"),
        "sum-{}": ("wasted", "gain", "cells", "own"),
        "sum-{}-is": ("wasted", "gain", "cells", "own"),
    },
    "positions": {
        "measure-{}": ("base", "stretch"),
        "bag-{}": ("swap", "shuffle"),
        "falling-{}": ("pair", "head", "all"),
        "decoder-{}": positions.DECODER,
        "explain-decoder-{}": positions.DECODER,
        "decoder-against-{}": ("same", "moved", "stays", "leaves"),
        "slowest-against-{}": ("less", "more"),
        "moved-against-{}": ("on", "rounded", "apart", "little"),
    },
    "ring": {
        "run-{}": processes.COLUMNS,
        "cost-{}": ("own", "queries", "blocks", "blocks-one", "running", "scores", "sent"),
        "sent-{}": ("half", "same", "twice"),
        "sent-against-{}": ("half", "twice"),
    },
    "sharing": {
        "against-times-{}": ("equal", "group", "groups", "heads"),
        "option-pooled-{}": ("little", "some", "much"),
        "against-pooled-{}": ("little", "some", "much"),
        "col-{}": sharing.COLUMNS.values(),
    },
    "sparse": {"name-{}": [pattern for pattern in sparse.PATTERNS if pattern != "full"]},
    "step_by_step": {"column-{}": ("text", "step", "token", "id", "probability", "dice", "way", "sum")},
    "projections": {
        "again-option-{}": ("all", "one", "none"),
        "again-explain-{}": ("all", "one", "none"),
        "again-against-{}": ("all", "one", "none"),
        "divided-option-{}": ("same", "below", "above"),
        "learned-{}": ("direction", "end", "queries", "query-place", "keys", "key-place"),
        "cost-{}": ("divisor", "largest", "entropy", "slope", "bits", "next-token"),
        "norm-{}": ("rms", "layer", "none"),
        "stage-{}": ("plain", "normed", "rotated"),
        "about-{}": ("plain", "unnormed", "last", "rotated"),
    },
    "table": {
        "part-{}": {field.name for field in dataclasses.fields(count(MIXTRAL))} - {"idle"},
        "matrix-{}": ("q", "k", "v", "o", "qk_norm", "gate", "up", "down"),
        "sum-{}": ("prefill", "decode", "reads-prefill", "reads-decode"),
        "title-{}": ("sums", "memory", "flops"),
        "text-{}": ("sums", "memory", "flops"),
        "col-{}": ("bits", "weights", "each-token", "all-tokens", "together"),
        "used-against-{}": ("one", "half", "all"),
        "row-{}": table.ROWS,
        "is-{}": {value for values in parse.KINDS.values() for value in values},
    },
    "tokens": {
        "of-{}": TOKENIZERS,
        "column-{}": ("word", "step", "rank", "left", "right", "tokenizer", "place", "token", "id", "text", "letters"),
        "same-option-{}": ("one", "two", "three"),
        "same-explain-{}": ("one", "two", "three"),
        "same-against-{}": ("one", "two", "three"),
        "spaces-option-{}": ("fewer", "same", "more"),
        "spaces-against-{}": ("fewer", "same", "more"),
        "spaces-why-{}": ("fewer", "same", "more"),
        "{}-label": ("look", "spell", "split", "learn"),
        "learn-{}": ("merge", "pair", "count", "left"),
    },
    "tracks": {
        "count-{}": ("model", "tokens", "with", "without", "share"),
        "line-{}": curve.WAYS.values(),
        "option-{}": ("first", "later", "both", "neither"),
        "against-{}": ("first", "later", "both", "neither"),
        "fact-{}": ("layers", "heads", "width"),
    },
    "train": {
        "choice-{}": (*NAMES, "task", "seed", "steps"),
        "preset-{}": PRESETS,
        "about-{}": (*PRESETS, "own"),
        "because-{}": (*PRESETS, "own"),
        "problem-{}": ("heads", "kv_heads"),
        "model-{}": ("a", "b"),
        "learned-{}": ("pair", "one"),
        "col-{}": ("accuracy", "loss"),
        "learns-{}": ("pair", "one"),
        "learns-{}-{}": [*product(["pair"], ("a", "b", "both", "neither")), ("one", "a"), ("one", "b")],
        "is-{}-{}": [*product(["task"], TASKS), *((name, value) for name in WORDED for value in OPTIONS[name])],
    },
    "what_if": {
        "kind-{}": changes.KINDS,
        "about-{}": changes.KINDS,
        "field-{}": FIELDS,
        "rule-{}": fields.RULES,
        "option-{}": ("nothing", "less", "same"),
        "sink-against-{}": ("nothing", "less", "same"),
        "sink-col-{}": ("front", "first", "without", "taken", "moved"),
        "name-{}": {*changes.KINDS, "shift-from", "swap-empty", *(f"rule-{rule}" for rule in fields.RULES)} - {"mask"},
        "unfit-{}": raised("model/what_if", "InvalidChange") | COUNTED,
    },
}


def sections(name: str, values) -> set[str]:
    return {name.format(*(value if isinstance(value, tuple) else (value,))) for value in values}


@pytest.mark.parametrize(
    "slug, name", [(slug, name) for slug, names in DOMAINS.items() for name in names], ids=lambda x: x
)
def test_there_is_a_section_for_each(slug, name):
    wanted = sections(name, DOMAINS[slug][name])
    assert wanted and wanted - content.load("en", slug).keys() == set()
    assert wanted - content.load("it", slug).keys() == set()


LESSON_FILES = sorted(file for file in (ROOT / "ui/lessons").glob("*/*.py") if "notebook" not in file.stem)


@pytest.mark.parametrize("file", LESSON_FILES, ids=lambda file: str(file.relative_to(ROOT / "ui/lessons")))
def test_what_is_asked_for_by_its_whole_name_is_there(file):
    """Also where the page comes to it with one of the models only."""
    known = content.load("en", file.parent.name).keys() | content.load("en", "ui").keys()
    names = [node.value for node in asked(ast.parse(file.read_text())) if isinstance(node, ast.Constant)]
    assert [name for name in names if isinstance(name, str) and name not in known] == []


@pytest.mark.parametrize("file", LESSON_FILES, ids=lambda file: str(file.relative_to(ROOT / "ui/lessons")))
def test_nothing_is_composed_that_is_not_listed(file):
    slug = file.parent.name
    for name, node, tree in composed(file):
        if name == "{}" or node not in asked(tree):
            continue
        if values := literal_domain(node, tree):
            assert sections(name, values) <= content.load("en", slug).keys(), name
            continue
        numbered = name.endswith("-{}") and f"{name[:-2]}0" in content.load("en", slug)
        beginnings = [known.partition("{}")[0] for known in (*DOMAINS.get(slug, {}), *DOMAINS["ui"])]
        assert numbered or name.partition("{}")[0] in beginnings, f"{slug}: {name} is in no domain"
