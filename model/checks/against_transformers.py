"""Against transformers, on the same files: a second opinion, by others."""

from itertools import zip_longest

import numpy as np

from model import arithmetic, hf
from model.checks.subject import DEEP, Measure, Subject, check, has_router, relative, worst


@check("theirs", 0)
def tokens(s: Subject) -> Measure:
    """the token ids of the text: how many places differ"""
    pairs = zip_longest(s.bundle.tokenizer.encode(s.text), s.reference_tokenizer.encode(s.text))
    return Measure(sum(ours != theirs for ours, theirs in pairs))


@check("theirs", 0)
def weights(s: Subject) -> Measure:
    """every trained number, as we and they read it from the file"""
    config = s.reference_model.config.to_dict()
    config.pop("quantization_config", None)  # says how the file packs them: transformers has unpacked them by now
    ours, theirs = s.model.state_dict(), hf.build(config, s.reference_model.state_dict()).state_dict()
    return worst(
        Measure(float((ours[name].cpu() - theirs[name]).abs().max()) if name in ours else np.inf) for name in theirs
    )


@check("theirs", 0)
def parameters(s: Subject) -> Measure:
    """how many parameters: our formula, and their model counted"""
    return Measure(abs(arithmetic.count(s.model.config).total - sum(x.numel() for x in s.reference_model.parameters())))


@check("theirs", DEEP)
def patterns(s: Subject) -> Measure:
    """the attention weights of every head in every layer"""
    return s.layers(lambda layer, i: relative(layer.pattern, s.reference_pass["pattern"][i], i))


@check("theirs", DEEP, has_router)
def routers(s: Subject) -> Measure:
    """the scores that every router gives to the experts"""
    return s.layers(lambda layer, i: relative(layer.router_logits, s.reference_pass["router_logits"][i], i))


@check("theirs", DEEP)
def streams(s: Subject) -> Measure:
    """the stream of every token after every layer"""
    return s.layers(lambda layer, i: relative(layer.resid_post, s.reference_pass["resid_post"][i], i))


@check("theirs", DEEP)
def outputs(s: Subject) -> Measure:
    """what comes out: scores for the next token, or an encoder's vectors"""
    return relative(s.traced_output, s.reference_pass["end"])
