"""What is saved comes back, transformers reads it as we do, and what is damaged is refused by the tensor's name."""

import json
from dataclasses import replace

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from model import hf, tokens, zoo
from model.config import LLAMA, MISTRAL, MIXTRAL, PAPER_2017
from model.transformer import Transformer, run
from model.weights import checkpoint
from tests.model.families import reference
from tests.model.test_parity import assert_same_passes

SMALL = {"vocab_size": 61, "width": 24, "layers": 3, "heads": 4, "head_width": 6, "mlp_width": 40, "context": 32}
IDS = [(5 * i * i + 3 * i) % 61 for i in range(19)]
STANDARD = {
    "llama": replace(LLAMA, **SMALL, kv_heads=2),
    "llama tied": replace(LLAMA, **SMALL, kv_heads=1, tied=True, rope_base=500.0),
    "mistral": replace(MISTRAL, **SMALL, kv_heads=2, windows=(5,)),
    "mixtral": replace(MIXTRAL, **SMALL, kv_heads=2, experts=5, active_experts=3, tied=True),
    "mixtral window": replace(MIXTRAL, **SMALL, kv_heads=2, experts=4, windows=(5,)),
}
LIKE_LLAMA = STANDARD["llama tied"]
OWN = {
    "2017": replace(PAPER_2017, **SMALL),
    "sinusoidal": replace(LIKE_LLAMA, position="sinusoidal"),
    "no positions": replace(LIKE_LLAMA, position="none"),
    "learned": replace(LIKE_LLAMA, position="learned"),
    "post-norm": replace(LIKE_LLAMA, norm_place="post"),
    "layer norm": replace(LIKE_LLAMA, norm="layer", tied=False),
    "plain": replace(LIKE_LLAMA, mlp="plain", activation="gelu"),
    "plain experts": replace(LIKE_LLAMA, mlp="plain", experts=3),
    "alternating": replace(LIKE_LLAMA, windows=(5, None)),
    "biases": replace(LIKE_LLAMA, bias=True),
}
KINDS = STANDARD | OWN
TOKENIZER = tokens.byte_bpe([checkpoint.END, *tokens.BYTES], [], [checkpoint.END])


def made(config) -> Transformer:
    """With random weights, every one of which matters."""
    torch.manual_seed(11)
    model = Transformer(config).requires_grad_(False).eval()
    for weight in model.parameters():
        weight.normal_(std=0.25) if weight.ndim > 1 else weight.add_(torch.randn_like(weight) * 0.3)
    return model


@pytest.fixture
def folder(tmp_path):
    """A saved mixture of experts."""
    checkpoint.save(made(STANDARD["mixtral"]), TOKENIZER, tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_comes_back_bit_by_bit(kind, tmp_path):
    model = made(KINDS[kind])
    assert checkpoint.family_of(model.config) == (kind.split()[0] if kind in STANDARD else None)
    checkpoint.save(model, TOKENIZER, tmp_path, torch.float32)
    again = hf.from_folder(tmp_path)
    assert again.config == model.config
    ours, theirs = model.state_dict(), again.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert (again.lm_head.weight is again.embed_tokens.weight) == model.config.tied


def test_a_file_that_somebody_has_mapped_is_not_written_into(folder):
    """Cut short, it would end their process with a bus error."""
    file = folder / "model.safetensors"
    before, mapped = load_file(file), load_file(file)
    before = {name: tensor.clone() for name, tensor in before.items()}
    checkpoint.save(made(replace(STANDARD["mixtral"], rope_base=77.0, tied=False)), TOKENIZER, folder)
    assert all(torch.equal(before[name], tensor) for name, tensor in mapped.items())
    assert load_file(file).keys() != before.keys() and {path.suffix for path in folder.iterdir()} == {
        ".json",
        ".safetensors",
    }


def test_half_precision_rounds_and_does_nothing_else(folder):
    again = hf.from_folder(folder)
    for name, weight in made(STANDARD["mixtral"]).named_parameters():
        assert torch.equal(again.state_dict()[name], weight.half().float()), name


def test_the_tokenizer_is_saved_with_it(folder):
    ours, theirs = zoo.load(folder).tokenizer, transformers.AutoTokenizer.from_pretrained(folder)
    for text in ("It rained in 1987.", f"caffè\n{checkpoint.END}"):
        assert ours.encode(text) == theirs.encode(text) == TOKENIZER.encode(text)
    assert ours.special == TOKENIZER.special == {theirs.eos_token_id}


@pytest.mark.parametrize("kind", STANDARD)
def test_transformers_reads_it_as_we_do(kind, tmp_path):
    model = made(STANDARD[kind])
    checkpoint.save(model, TOKENIZER, tmp_path, torch.float32)
    settings = {"attn_implementation": "eager", "dtype": torch.float32, "output_loading_info": True}
    theirs, found = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, **settings)
    assert not any(found.values()), found
    assert_same_passes(run(model, IDS, IDS), reference(theirs.eval(), IDS))


# ---- what is refused


def load(folder, monkeypatch) -> zoo.ModelUnavailable:
    """Why the model of ours in this folder cannot be loaded."""
    monkeypatch.setattr(zoo, "find", lambda name: folder / "model.safetensors")
    with pytest.raises(zoo.ModelUnavailable) as caught:
        zoo.load(zoo.EXPERTS)
    assert caught.value.field == "model.safetensors"
    return caught.value


def change(folder, edit) -> None:
    """Writes the tensors once more, after `edit(tensors)`."""
    tensors = load_file(folder / "model.safetensors")
    edit(tensors)
    save_file(tensors, folder / "model.safetensors")


def test_a_cut_file_names_the_first_tensor_that_is_not_whole(folder, monkeypatch):
    file = folder / "model.safetensors"
    data = file.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    begin = len(data) - max(x["data_offsets"][1] for name, x in header.items() if name != "__metadata__")
    for name in ("model.embed_tokens.weight", "model.layers.1.block_sparse_moe.experts.2.w3.weight"):
        file.write_bytes(data[: begin + header[name]["data_offsets"][1] - 1])
        found = load(folder, monkeypatch)
        assert found.code == "reinstall" and found.values["reason"].startswith(name + ":")
    file.write_bytes(data[: begin // 2])
    assert load(folder, monkeypatch).values["reason"].startswith("the header:")


def test_a_tensor_too_many_too_few_or_without_numbers_is_named(folder, monkeypatch):
    change(folder, lambda x: x.update({"model.layers.9.self_attn.q_proj.weight": torch.zeros(24, 24)}))
    assert "no place for: layers.9.self_attn.q_proj.weight" in load(folder, monkeypatch).values["reason"]
    change(folder, lambda x: x.pop("model.layers.9.self_attn.q_proj.weight"))
    hf.from_folder(folder)
    router = "model.layers.2.block_sparse_moe.gate.weight"
    change(folder, lambda x: x[router][0].fill_(torch.nan))
    assert f"{router} holds numbers that are none" in load(folder, monkeypatch).values["reason"]
    change(folder, lambda x: x.pop(router))
    assert "lack layers.2.block_sparse_moe.gate.weight" in load(folder, monkeypatch).values["reason"]


@pytest.mark.parametrize("field, value", [("intermediate_size", 48), ("num_key_value_heads", 4), ("vocab_size", 62)])
def test_a_configuration_that_disagrees_with_a_tensor_is_refused(folder, monkeypatch, field, value):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {field: value}))
    reason = load(folder, monkeypatch).values["reason"]
    tensor = {"intermediate_size": "mlp.experts", "num_key_value_heads": "attn.", "vocab_size": "embed_tokens.weight"}
    assert "do not fit the configuration" in reason and tensor[field] in reason


def test_our_own_format_is_refused_where_a_field_is_missing_or_unknown(tmp_path):
    checkpoint.save(made(OWN["post-norm"]), TOKENIZER, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    for changed, reason in (
        ({name: value for name, value in config.items() if name != "norm_place"}, "norm_place is missing"),
        (config | {"dropout": 0.1}, "dropout is a setting we do not know"),
        (config | {"norm": "batch"}, "norm is 'batch'"),
    ):
        (tmp_path / "config.json").write_text(json.dumps(changed))
        with pytest.raises(ValueError, match=reason):
            hf.from_folder(tmp_path)


@pytest.mark.parametrize("kind", ["plain", "2017"])
def test_tensors_of_our_own_format_are_named_too(kind, tmp_path):
    checkpoint.save(made(OWN[kind]), TOKENIZER, tmp_path)
    change(tmp_path, lambda x: x.pop("layers.1.mlp.up_proj.weight"))
    with pytest.raises(ValueError, match=r"lack layers\.1\.mlp\.up_proj\.weight"):
        hf.from_folder(tmp_path)


def test_a_vocabulary_without_an_end_stays_as_it_is(tmp_path):
    """transformers would add a token that the model has no row for."""
    letters = tokens.byte_bpe(sorted(tokens.BYTES)[:61], [], [])
    checkpoint.save(made(LIKE_LLAMA), letters, tmp_path, torch.float32)
    read = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert len(read) == 61 and read("ab").input_ids == letters.encode("ab")
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == "float32"
