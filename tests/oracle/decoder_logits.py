"""Logits of a qwen2, llama, qwen3, smollm3 or granite checkpoint, computed in float64 from the published formulas with numpy alone.

Usage: decoder_logits.py MODEL TOKENS OUTPUT
  MODEL      Hugging Face directory (config.json, model.safetensors in F32, F16 or BF16), or a .temoto file without packed rows
  TOKENS     comma-separated ids
  OUTPUT     written as little-endian float64 [tokens, vocab]

Independent of Temoto: its own safetensors reader, rotary embedding by complex numbers, attention by one masked matrix per head.
"""

import json
import struct
import sys

import numpy as np


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    tensors = {}
    metadata = header.pop("__metadata__", {})
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = body[begin:end]
        if entry["dtype"] == "F32":
            values = np.frombuffer(raw, "<f4").astype(np.float64)
        elif entry["dtype"] == "F16":
            values = np.frombuffer(raw, "<f2").astype(np.float64)
        elif entry["dtype"] == "BF16":
            values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32).astype(np.float64)
        elif entry["dtype"] == "I8":
            values = np.frombuffer(raw, "i1")
        elif entry["dtype"] == "U8":
            values = np.frombuffer(raw, "u1")
        else:
            raise SystemExit(f"dtype {entry['dtype']}")
        tensors[name] = values.reshape(entry["shape"])
    return tensors, metadata


def nibbles(table, columns):
    """[rows, bytes] -> [rows, columns]: the low nibble of a byte first."""
    return np.stack([table & 15, table >> 4], axis=-1).reshape(table.shape[0], -1)[:, :columns].astype(np.float64)


def read_temoto(path):
    """config, float64 tensors, and for W8A8 weights the grid of their input: a scale, or 0 for one per token."""
    stored, metadata = read_safetensors(path)
    grids = {}
    for name, entry in json.loads(metadata["temoto.weights"]).items():
        rows, columns = entry["shape"]
        size = entry["group_size"]
        groups = -(-columns // size)
        four = entry["type"] == "I4"
        q = nibbles(stored[name], columns) if four else stored[name].astype(np.float64)
        scales = stored.pop(name + ".scales")
        if name + ".zeros" in stored:
            zeros = stored.pop(name + ".zeros")
            zeros = nibbles(zeros, groups) if four else zeros.astype(np.float64)
        else:
            zeros = np.full((rows, groups), 8.0 if four else 0.0)
        scales = np.broadcast_to(scales.reshape(-1, groups) if scales.ndim == 2 else scales.reshape(1, 1), (rows, groups))
        group = np.arange(columns) // size
        stored[name] = (q - zeros[:, group]) * scales[:, group]
        if "input" in entry:
            grids[name] = float(stored.pop(name + ".input_scale")[0]) if entry["input"] == "static" else 0.0
    return json.loads(metadata["temoto.config"]), stored, grids


def round_to_grid(x, scale):
    if scale == 0.0:
        scale = np.abs(x).max(axis=-1, keepdims=True) / 127
    return np.clip(np.rint(x / scale), -127, 127) * scale


def rotary_angles(config, head_dim, positions):
    theta = config.get("rope_theta", 10000.0)
    inverse = 1.0 / theta ** (np.arange(0, head_dim, 2, dtype=np.float64) / head_dim)
    scaling = config.get("rope_scaling")
    if scaling:
        kind = scaling.get("rope_type", scaling.get("type"))
        if kind == "linear":
            inverse = inverse / scaling["factor"]
        elif kind == "llama3":
            old = scaling["original_max_position_embeddings"]
            low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
            wavelength = 2 * np.pi / inverse
            smooth = np.clip((old / wavelength - low) / (high - low), 0.0, 1.0)
            inverse = inverse * (smooth + (1 - smooth) / scaling["factor"])
        else:
            raise SystemExit(f"rope {kind}")
    return np.outer(positions, inverse)


def rotate(heads, angles):
    """heads [T, H, D]; element i pairs with i + D/2, as a complex number turned by the angle."""
    half = heads.shape[-1] // 2
    turned = (heads[..., :half] + 1j * heads[..., half:]) * np.exp(1j * angles)[:, None, :]
    return np.concatenate([turned.real, turned.imag], axis=-1)


def rms_norm(x, weight, eps):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps) * weight


def main():
    model, tokens, output = sys.argv[1:4]
    if model.endswith(".temoto"):
        config, w, grids = read_temoto(model)
    else:
        config, grids = json.load(open(f"{model}/config.json", encoding="utf-8")), {}
        w, _ = read_safetensors(f"{model}/model.safetensors")
    ids = [int(t) for t in tokens.split(",")]
    count = len(ids)
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    eps = config["rms_norm_eps"]
    angles = rotary_angles(config, head_dim, np.arange(count))
    granite = config["model_type"] == "granite"
    score_scale = config["attention_multiplier"] if granite else 1 / np.sqrt(head_dim)
    residual_scale = config["residual_multiplier"] if granite else 1.0
    has_positions = config["no_rope_layers"] if config["model_type"] == "smollm3" else [1] * config["num_hidden_layers"]
    mask = np.triu(np.full((count, count), -np.inf), 1)

    def linear(x, name):
        if name + ".weight" in grids:
            x = round_to_grid(x, grids[name + ".weight"])
        y = x @ w[name + ".weight"].T
        return y + w[name + ".bias"] if name + ".bias" in w else y

    hidden = w["model.embed_tokens.weight"][ids] * (config["embedding_multiplier"] if granite else 1.0)
    for layer in range(config["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        x = rms_norm(hidden, w[p + "input_layernorm.weight"], eps)
        q = linear(x, p + "self_attn.q_proj").reshape(count, heads, head_dim)
        k = linear(x, p + "self_attn.k_proj").reshape(count, kv_heads, head_dim)
        v = linear(x, p + "self_attn.v_proj").reshape(count, kv_heads, head_dim)
        if config["model_type"] == "qwen3":
            q = rms_norm(q, w[p + "self_attn.q_norm.weight"], eps)
            k = rms_norm(k, w[p + "self_attn.k_norm.weight"], eps)
        if has_positions[layer]:
            q, k = rotate(q, angles), rotate(k, angles)
        mixed = np.empty((count, heads, head_dim))
        for head in range(heads):
            shared = head * kv_heads // heads
            scores = q[:, head] @ k[:, shared].T * score_scale + mask
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            mixed[:, head] = scores / scores.sum(axis=-1, keepdims=True) @ v[:, shared]
        hidden = hidden + residual_scale * linear(mixed.reshape(count, heads * head_dim), p + "self_attn.o_proj")
        x = rms_norm(hidden, w[p + "post_attention_layernorm.weight"], eps)
        gate = linear(x, p + "mlp.gate_proj")
        hidden = hidden + residual_scale * linear(gate / (1 + np.exp(-gate)) * linear(x, p + "mlp.up_proj"), p + "mlp.down_proj")
    hidden = rms_norm(hidden, w["model.norm.weight"], eps)
    head = "lm_head.weight" if "lm_head.weight" in w else "model.embed_tokens.weight"
    logits = hidden @ w[head].T / (config["logits_scaling"] if granite else 1.0)
    logits.astype("<f8").tofile(output)


if __name__ == "__main__":
    main()
