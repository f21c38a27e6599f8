"""The demo model in PyTorch: a Qwen2 whose training on a CPU makes few passes over memory. Modules are named so that the state's keys are Hugging Face's tensor names."""
import torch
import torch.nn as nn

CONFIG = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "vocab_size": 3072,
    "hidden_size": 256,
    "intermediate_size": 768,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_act": "silu",
    "max_position_embeddings": 512,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "attention_dropout": 0.0,
    "use_sliding_window": False,
    "sliding_window": None,
    "tie_word_embeddings": True,
    "initializer_range": 0.02,
    "use_cache": True,
    "bos_token_id": 3069,
    "eos_token_id": 3071,
    "torch_dtype": "bfloat16",
}
END_OF_TEXT, IM_END = 3069, 3071
HEAD_DIM = CONFIG["hidden_size"] // CONFIG["num_attention_heads"]

# Queries that attend together: keys behind them are not looked at.
ATTENTION_BLOCK = 256


class Normalize(torch.autograd.Function):
    """y = w * x / rms(x), with fewer passes over memory than autograd's: x is [.., H] in float32, y in bfloat16 under autocast."""

    @staticmethod
    def forward(context, x, weight):
        scale = torch.linalg.vector_norm(x, dim=-1, keepdim=True).pow_(2).div_(x.shape[-1]).add_(CONFIG["rms_norm_eps"]).rsqrt_()
        normal = x * scale
        context.save_for_backward(normal, weight, scale)
        return (normal * weight).to(compute_type())

    @staticmethod
    def backward(context, gradient):
        normal, weight, scale = context.saved_tensors
        gradient = gradient.float()
        of_weight = (gradient * normal).flatten(0, -2).sum(0)
        of_normal = gradient * weight
        return torch.addcmul(of_normal, normal, (of_normal * normal).mean(-1, keepdim=True), value=-1).mul_(scale), of_weight


class GatedSilu(torch.autograd.Function):
    """silu(gate) * up; PyTorch's own derivative of silu in bfloat16 takes four times as long."""

    @staticmethod
    def forward(context, gate, up):
        sigmoid = torch.sigmoid(gate)
        context.save_for_backward(gate, up, sigmoid)
        return (sigmoid * gate).mul_(up)

    @staticmethod
    def backward(context, gradient):
        gate, up, sigmoid = context.saved_tensors
        silu = sigmoid * gate
        return torch.addcmul(sigmoid + silu, silu, sigmoid, value=-1).mul_(up).mul_(gradient), silu.mul_(gradient)


class Rotate(torch.autograd.Function):
    """RoPE, half-split as Hugging Face's Qwen2 has it: dimension i turns with dimension i + Dh/2. x is [B, T, H, Dh], the angles [B, T, 1, Dh/2]."""

    @staticmethod
    def forward(context, x, cos, sin):
        context.save_for_backward(cos, sin)
        return Rotate.turn(x, cos, sin)

    @staticmethod
    def backward(context, gradient):
        cos, sin = context.saved_tensors
        return Rotate.turn(gradient, cos, -sin), None, None

    @staticmethod
    def turn(x, cos, sin):
        left, right = x.float().chunk(2, -1)
        return torch.cat((torch.addcmul(left * cos, right, sin, value=-1), torch.addcmul(right * cos, left, sin)), -1).to(x.dtype)


class CrossEntropy(torch.autograd.Function):
    """sum(weights * loss) and each loss, of logits = x E^T: x is [N, H], E the tied embeddings [V, H]. The logits' gradient is made in their place."""

    @staticmethod
    def forward(context, x, embeddings, targets, weights):
        x, embeddings = x.to(compute_type()), embeddings.to(compute_type())
        logits = (x @ embeddings.t()).float()
        most = logits.max(-1, keepdim=True)[0]
        wanted = logits.gather(1, targets[:, None])
        total = logits.sub_(most).exp_().sum(-1, keepdim=True)
        losses = (total.log() + most - wanted)[:, 0]
        gradient = logits.mul_(weights[:, None] / total).scatter_add_(1, targets[:, None], -weights[:, None]).to(compute_type())
        context.save_for_backward(gradient, x, embeddings)
        context.mark_non_differentiable(losses)
        return (losses * weights).sum(), losses

    @staticmethod
    def backward(context, scale, _):
        gradient, x, embeddings = context.saved_tensors
        return (gradient @ embeddings).float() * scale, (gradient.t() @ x).float() * scale, None, None


def compute_type():
    return torch.bfloat16 if torch.is_autocast_cpu_enabled() else torch.float32


class RmsNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return Normalize.apply(x, self.weight)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        hidden, kv = CONFIG["hidden_size"], CONFIG["num_key_value_heads"] * HEAD_DIM
        self.q_proj = nn.Linear(hidden, hidden)
        self.k_proj = nn.Linear(hidden, kv)
        self.v_proj = nn.Linear(hidden, kv)
        self.o_proj = nn.Linear(hidden, hidden, bias=False)

    def forward(self, x, cos, sin, mask):
        """mask is [B, 1, 1, T, T]: what is added to the scores."""
        batch, length, hidden = x.shape
        kv_heads = CONFIG["num_key_value_heads"]
        group = CONFIG["num_attention_heads"] // kv_heads

        def heads(y):
            return y.view(batch, length, -1, HEAD_DIM)

        q = (Rotate.apply(heads(self.q_proj(x)), cos, sin) * HEAD_DIM ** -0.5).transpose(1, 2).reshape(batch * kv_heads, group, length, HEAD_DIM)
        k = Rotate.apply(heads(self.k_proj(x)), cos, sin).transpose(1, 2).reshape(batch * kv_heads, length, HEAD_DIM)
        v = heads(self.v_proj(x)).transpose(1, 2).reshape(batch * kv_heads, length, HEAD_DIM)
        parts = []
        for start in range(0, length, ATTENTION_BLOCK):
            # A block's queries see no key behind it. Those of one key head stand under each other, so that keys and values need no copies.
            stop = min(length, start + ATTENTION_BLOCK)
            scores = q[:, :, start:stop].reshape(batch * kv_heads, -1, HEAD_DIM) @ k[:, :stop].transpose(1, 2)
            seen = torch.softmax(scores.view(batch, kv_heads, group, stop - start, stop) + mask[..., start:stop, :stop], -1)
            parts.append((seen.to(v.dtype).view(batch * kv_heads, -1, stop) @ v[:, :stop]).view(batch, kv_heads * group, stop - start, HEAD_DIM))
        return self.o_proj(torch.cat(parts, 2).transpose(1, 2).reshape(batch, length, hidden))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(GatedSilu.apply(self.gate_proj(x), self.up_proj(x)))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm = RmsNorm(CONFIG["hidden_size"])
        self.self_attn = Attention()
        self.post_attention_layernorm = RmsNorm(CONFIG["hidden_size"])
        self.mlp = Mlp()

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    """Modules are named so that the state's keys are Hugging Face's tensor names."""

    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(CONFIG["vocab_size"], CONFIG["hidden_size"])
        self.layers = nn.ModuleList([Layer() for _ in range(CONFIG["num_hidden_layers"])])
        self.norm = RmsNorm(CONFIG["hidden_size"])


class Qwen2(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = Decoder()
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() == 2:
                # What writes to the residual stream starts smaller, so that its variance does not grow with the depth.
                residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                scale = (2 * CONFIG["num_hidden_layers"]) ** -0.5 if residual else 1.0
                nn.init.normal_(parameter, std=CONFIG["initializer_range"] * scale)

    def hidden(self, batch):
        """The last layer's normalized output, [B, T, H]; a token sees the earlier ones of its conversation and branch."""
        frequency = CONFIG["rope_theta"] ** (-torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM)
        angle = (batch.position[..., None] * frequency)[:, :, None]
        branch = batch.branch
        seen = (batch.conversation[:, :, None] == batch.conversation[:, None, :]).tril() & ((branch[:, None, :] == 0) | (branch[:, :, None] == branch[:, None, :]))
        mask = torch.zeros(seen.shape).masked_fill_(~seen, -1e9)[:, None, None]
        x = self.model.embed_tokens(batch.ids)
        for layer in self.model.layers:
            x = layer(x, angle.cos(), angle.sin(), mask)
        return self.model.norm(x)

    def forward(self, batch):
        """Logits [B, T, V]."""
        return self.hidden(batch) @ self.model.embed_tokens.weight.t()

    def losses(self, batch):
        """The weighted sum of the losses, and those of the positions that have a weight."""
        wanted = torch.nonzero(batch.weights.flatten())[:, 0]
        x = self.hidden(batch).flatten(0, 1)[wanted]
        return CrossEntropy.apply(x, self.model.embed_tokens.weight, batch.targets.flatten()[wanted], batch.weights.flatten()[wanted])
