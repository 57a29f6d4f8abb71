"""The parts of a transformer block, and the ways of putting them together.

Shapes: B batch, T new tokens, S tokens with a key and a value (S = T without a cache), D hidden size, H query heads,
G key/value heads, K head dimension, F feed-forward size, E experts, A active experts.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.cache import LayerCache, NoCache
from model.config import Config
from model.positions import PositionEncoding
from model.tap import Tap, null_tap

ACTIVATIONS = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),  # GPT-2's weights were trained with this one
    "silu": functional.silu,
}


class RMSNorm(nn.Module):
    """Divides by the root mean square, in float32 (Zhang and Sennrich 2019): no mean subtraction, no bias."""

    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return self.weight * (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)).type_as(x)


NORMS = {"rms": RMSNorm, "layer": nn.LayerNorm}


class NoQKNorm(nn.Module):
    """Queries and keys as they are projected."""

    def __init__(self, config: Config):
        super().__init__()

    def forward(self, q: Tensor, k: Tensor, tap: Tap) -> tuple[Tensor, Tensor]:
        return q, k


class QKNorm(NoQKNorm):
    """RMSNorm on the q and k of each head, so that scores stay bounded (Henry et al. 2020; in Qwen3 and Gemma 3 before
    the rotation)."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.q_norm = RMSNorm(config.head_width, config.norm_eps)
        self.k_norm = RMSNorm(config.head_width, config.norm_eps)

    def forward(self, q: Tensor, k: Tensor, tap: Tap) -> tuple[Tensor, Tensor]:
        """q (B, H, T, K) and k (B, G, T, K), each with one weight (K,) for all its heads."""
        return tap("q_norm", self.q_norm(q)), tap("k_norm", self.k_norm(k))


class Attention(nn.Module):
    """Attention over all tokens that the mask lets through. H query heads share G key/value heads: G = H is multi-head
    (Vaswani et al. 2017), G = 1 multi-query (Shazeer 2019), between is grouped-query (Ainslie et al. 2023).
    """

    def __init__(self, config: Config):
        super().__init__()
        self.heads, self.kv_heads, self.head_width = config.heads, config.kv_heads, config.head_width
        inner, shared = config.heads * config.head_width, config.kv_heads * config.head_width
        bias = config.bias or config.qkv_bias
        self.q_proj = nn.Linear(config.width, inner, bias=bias)
        self.k_proj = nn.Linear(config.width, shared, bias=bias)
        self.v_proj = nn.Linear(config.width, shared, bias=bias)
        self.o_proj = nn.Linear(inner, config.width, bias=config.bias)
        self.scale = config.score_scale
        self.qk_norm = QKNorm(config) if config.qk_norm else NoQKNorm(config)

    def forward(
        self, x: Tensor, position: PositionEncoding, mask: Tensor, cache: LayerCache | NoCache, tap: Tap
    ) -> Tensor:
        """softmax(q·k / √K)·v in every head, then o_proj (Vaswani et al. 2017, section 3.2).

        x (B, T, D), the normed residual stream of the new tokens; mask (B or 1, T, S), true where a query (row) may
        attend to a key (column). Gives what attention adds to the residual stream, (B, T, D).
        """
        B, T, _ = x.shape
        H, G, K = self.heads, self.kv_heads, self.head_width

        q = tap("q", self.q_proj(x).view(B, T, H, K).transpose(1, 2))
        k = tap("k", self.k_proj(x).view(B, T, G, K).transpose(1, 2))
        v = tap("v", self.v_proj(x).view(B, T, G, K).transpose(1, 2))
        q, k = self.qk_norm(q, k, tap)
        q, k = position.rotate(q, k, tap)
        k, v = cache.append(k, v)
        S = k.shape[2]

        # the H/G query heads of a group are laid under one another: they share their keys, which are never copied
        scores = (q.reshape(B, G, H // G * T, K) @ k.transpose(2, 3)).view(B, H, T, S)
        scores = tap("scores", scores * self.scale)
        mask = tap("mask", mask)
        weights = scores.where(mask[:, None], float("-inf")).softmax(-1, dtype=torch.float32).type_as(q)
        pattern = tap("pattern", weights)
        z = tap("z", (pattern.reshape(B, G, H // G * T, S) @ v).view(B, H, T, K))
        return self.o_proj(z.transpose(1, 2).reshape(B, T, H * K))


class PlainMLP(nn.Module):
    """A feed-forward network of two layers: down(activation(up(x)))."""

    def __init__(self, config: Config):
        super().__init__()
        self.up_proj = nn.Linear(config.width, config.mlp_width, bias=config.bias)
        self.down_proj = nn.Linear(config.mlp_width, config.width, bias=config.bias)
        self.activation = ACTIVATIONS[config.activation]

    def forward(self, x: Tensor, tap: Tap) -> Tensor:
        """x (…, D) -> what the MLP adds to the residual stream, (…, D)."""
        pre = tap("pre", self.up_proj(x))
        post = tap("post", self.activation(pre))
        return self.down_proj(post)


class GatedMLP(PlainMLP):
    """With a second projection, the gate: down(activation(gate(x)) · up(x)) (Shazeer 2020, "GLU Variants Improve
    Transformer")."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.gate_proj = nn.Linear(config.width, config.mlp_width, bias=config.bias)

    def forward(self, x: Tensor, tap: Tap) -> Tensor:
        gate = tap("gate", self.gate_proj(x))
        pre = tap("pre", self.up_proj(x))
        post = tap("post", self.activation(gate) * pre)
        return self.down_proj(post)


class Experts(nn.Module):
    """A mixture of experts: E MLPs, and a router that chooses A of them for each token (Shazeer et al. 2017; as in
    Mixtral, the softmax is over all experts, and the weights of those chosen are divided by their sum)."""

    def __init__(self, config: Config):
        super().__init__()
        self.router = nn.Linear(config.width, config.experts or 0, bias=False)
        self.experts = nn.ModuleList(MLPS[config.mlp](config) for _ in range(config.experts or 0))
        self.active = config.active_experts

    def forward(self, x: Tensor, tap: Tap) -> Tensor:
        """x (B, T, D) -> the outputs of each token's experts, weighted and added up, (B, T, D)."""
        logits = tap("router_logits", self.router(x))
        probs = tap("router_probs", logits.softmax(-1, dtype=torch.float32))
        index = tap("expert_index", probs.topk(self.active, dim=-1).indices)
        weight = probs.gather(-1, index)
        weight = tap("expert_weight", self.share(weight).type_as(x))
        out = tap("expert_out", self.dispatch(x, index))
        return (weight[..., None] * out).sum(-2)

    def share(self, probs: Tensor) -> Tensor:
        """The weights of the chosen experts, of their probabilities (B, T, A)."""
        return probs / probs.sum(-1, keepdim=True)

    def dispatch(self, x: Tensor, index: Tensor) -> Tensor:
        """The outputs of the chosen experts: x (B, T, D) and index (B, T, A) -> (B, T, A, D). Assignments are sorted by
        expert, so that every expert computes its own in one go, and put back in their order."""
        order = index.flatten().argsort(stable=True)
        counts = index.flatten().bincount(minlength=len(self.experts)).tolist()
        portions = x.flatten(0, 1)[order // self.active].split(counts)
        outputs = torch.cat([expert(rows, null_tap) for expert, rows in zip(self.experts, portions, strict=True)])
        return outputs[order.argsort()].view(*index.shape, -1)


class UnsharedExperts(Experts):
    """The probabilities themselves are the weights: they add up to less than 1 (Muennighoff et al. 2024, OLMoE)."""

    def share(self, probs: Tensor) -> Tensor:
        return probs


EXPERTS = {True: Experts, False: UnsharedExperts}  # by whether weights are renormalised
MLPS = {"plain": PlainMLP, "gated": GatedMLP}


class PreNormBlock(nn.Module):
    """Attention and MLP read a normed copy and add to the residual stream, which itself is not normalised."""

    def __init__(self, config: Config):
        super().__init__()
        self.attn_norm = NORMS[config.norm](config.width, config.norm_eps)
        self.attn = Attention(config)
        self.mlp_norm = NORMS[config.norm](config.width, config.norm_eps)
        self.mlp = EXPERTS[config.renormalise](config) if config.experts else MLPS[config.mlp](config)

    def forward(
        self, x: Tensor, position: PositionEncoding, mask: Tensor, cache: LayerCache | NoCache, tap: Tap
    ) -> Tensor:
        """The residual stream as it enters the layer, (B, T, D) -> as it leaves it. Mask as for Attention."""
        x = tap("resid_pre", x)
        y = tap("attn_in", self.attn_norm(x))
        x = tap("resid_mid", x + tap("attn_out", self.attn(y, position, mask, cache, tap)))
        y = tap("mlp_in", self.mlp_norm(x))
        return tap("resid_post", x + tap("mlp_out", self.mlp(y, tap)))


class PostNormBlock(PreNormBlock):
    """Attention and MLP read the residual stream itself, and the sum is normed (Vaswani et al. 2017, section 3.1)."""

    def forward(
        self, x: Tensor, position: PositionEncoding, mask: Tensor, cache: LayerCache | NoCache, tap: Tap
    ) -> Tensor:
        """The residual stream as it enters the layer, (B, T, D) -> as it leaves it. Mask as for Attention."""
        x = tap("resid_pre", x)
        y = tap("attn_in", x)
        x = tap("resid_mid", self.attn_norm(x + tap("attn_out", self.attn(y, position, mask, cache, tap))))
        y = tap("mlp_in", x)
        return tap("resid_post", self.mlp_norm(x + tap("mlp_out", self.mlp(y, tap))))


class SandwichBlock(PreNormBlock):
    """As with pre-norm, and what attention and MLP give is normed once more before it is added, so that no part can
    outgrow the others (Gemma 2, 2024)."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.attn_out_norm = NORMS[config.norm](config.width, config.norm_eps)
        self.mlp_out_norm = NORMS[config.norm](config.width, config.norm_eps)

    def forward(
        self, x: Tensor, position: PositionEncoding, mask: Tensor, cache: LayerCache | NoCache, tap: Tap
    ) -> Tensor:
        """The residual stream as it enters the layer, (B, T, D) -> as it leaves it. Mask as for Attention."""
        x = tap("resid_pre", x)
        y = tap("attn_in", self.attn_norm(x))
        y = tap("attn_result", self.attn(y, position, mask, cache, tap))
        x = tap("resid_mid", x + tap("attn_out", self.attn_out_norm(y)))
        y = tap("mlp_in", self.mlp_norm(x))
        y = tap("mlp_result", self.mlp(y, tap))
        return tap("resid_post", x + tap("mlp_out", self.mlp_out_norm(y)))


class ParallelBlock(PreNormBlock):
    """Attention and MLP both read the stream as it enters the layer, so that neither waits for the other (Wang and
    Komatsuzaki 2021, GPT-J; Black et al. 2022, GPT-NeoX)."""

    def forward(
        self, x: Tensor, position: PositionEncoding, mask: Tensor, cache: LayerCache | NoCache, tap: Tap
    ) -> Tensor:
        """The residual stream as it enters the layer, (B, T, D) -> as it leaves it. Mask as for Attention."""
        x = tap("resid_pre", x)
        y, z = tap("attn_in", self.attn_norm(x)), tap("mlp_in", self.mlp_norm(x))
        x = tap("resid_mid", x + tap("attn_out", self.attn(y, position, mask, cache, tap)))
        return tap("resid_post", x + tap("mlp_out", self.mlp(z, tap)))


BLOCKS = {"pre": PreNormBlock, "post": PostNormBlock, "sandwich": SandwichBlock, "parallel": ParallelBlock}
