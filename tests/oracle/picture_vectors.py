"""Vectors of pictures by DINOv2, or by the vision tower of CLIP or SigLIP, computed in float64 from the published architectures with numpy alone.

Usage: picture_vectors.py MODEL PIXELS HEIGHT WIDTH OUTPUT [TOKENS]
  MODEL      Hugging Face directory (config.json, model.safetensors in F32, F16 or BF16); of a whole CLIP or SigLIP the vision tower counts
  PIXELS     little-endian float32 [pictures, 3, HEIGHT, WIDTH]
  OUTPUT     written as little-endian float64 [pictures, dimensions]
  TOKENS     likewise [pictures, tokens, hidden]: the vectors of all tokens

Independent of Temoto: layer scale is applied where the model has it, SigLIP's head is attention of one query, pixels beyond whole patches are never looked at.
"""

import json
import math
import sys

import numpy as np

from decoder_logits import read_safetensors
from vit_logits import bicubic, erf

ACTIVATIONS = {
    "gelu": lambda y: y * (1 + erf(y / math.sqrt(2))) / 2,
    "gelu_pytorch_tanh": lambda y: y * (1 + np.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3))) / 2,
    "quick_gelu": lambda y: y / (1 + np.exp(-1.702 * y)),
}
# What config classes of transformers say where a file does not.
DEFAULTS = {
    "dinov2": {"hidden_act": "gelu", "layer_norm_eps": 1e-6},
    "siglip": {"hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6, "num_attention_heads": 12, "num_hidden_layers": 12, "hidden_size": 768, "patch_size": 16, "image_size": 224},
    "clip": {"hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "num_attention_heads": 12, "num_hidden_layers": 12, "hidden_size": 768, "patch_size": 32, "image_size": 224},
}


def main():
    model, pixels, height, width, output = sys.argv[1:6]
    config = json.load(open(f"{model}/config.json", encoding="utf-8"))
    kind = config["model_type"].split("_")[0]
    config = DEFAULTS[kind] | config.get("vision_config", config)
    w, _ = read_safetensors(f"{model}/model.safetensors")
    w = {name.removeprefix("vision_model.").removeprefix("dinov2."): value for name, value in w.items()}
    eps, hidden, patch, heads = config["layer_norm_eps"], config["hidden_size"], config["patch_size"], config["num_attention_heads"]
    act = ACTIVATIONS[config["hidden_act"]]
    rows, columns = int(height) // patch, int(width) // patch
    pictures = np.fromfile(pixels, "<f4").astype(np.float64).reshape(-1, 3, int(height), int(width))

    def linear(x, name):
        y = x @ w[name + ".weight"].T
        return y + w[name + ".bias"] if name + ".bias" in w else y

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * w[name + ".weight"] + w[name + ".bias"]

    def attend(q, k, v):
        q, k, v = (x.reshape(len(x), -1, heads, hidden // heads) for x in (q, k, v))
        scores = np.exp(np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(hidden // heads))
        return np.einsum("bhqk,bkhd->bqhd", scores / scores.sum(-1, keepdims=True), v).reshape(len(q), -1, hidden)

    is_dino = kind == "dinov2"
    projection = "embeddings.patch_embeddings.projection" if is_dino else "embeddings.patch_embedding"
    kernel = w[projection + ".weight"].reshape(hidden, -1)
    x = np.stack([[(kernel * picture[:, r * patch:(r + 1) * patch, c * patch:(c + 1) * patch].reshape(-1)).sum(-1) for r in range(rows) for c in range(columns)] for picture in pictures])
    x = x + w.get(projection + ".bias", 0)
    positions = w["embeddings.position_embeddings" if is_dino else "embeddings.position_embedding.weight"].reshape(-1, hidden)
    own = [w[name].reshape(hidden) for name in ("embeddings.cls_token", "embeddings.class_embedding") if name in w]
    side = config["image_size"] // patch
    table = positions[len(own):].reshape(side, side, hidden)
    if (side, side) != (rows, columns):
        table = np.einsum("ri,cj,ijh->rch", bicubic(side, rows), bicubic(side, columns), table)
    x = x + table.reshape(-1, hidden)
    if own:
        x = np.concatenate([np.broadcast_to(own[0] + positions[0], (len(x), 1, hidden)), x], 1)
    if "pre_layrnorm.weight" in w:
        x = norm(x, "pre_layrnorm")
    names = ("attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense", "norm1", "norm2") if is_dino \
        else ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "layer_norm1", "layer_norm2")
    for layer in range(config["num_hidden_layers"]):
        p = f"encoder.{'layer' if is_dino else 'layers'}.{layer}."
        y = norm(x, p + names[4])
        y = linear(attend(*(linear(y, p + n) for n in names[:3])), p + names[3])
        x = x + y * w.get(p + "layer_scale1.lambda1", 1)
        y = linear(act(linear(norm(x, p + names[5]), p + "mlp.fc1")), p + "mlp.fc2")
        x = x + y * w.get(p + "layer_scale2.lambda1", 1)
    if is_dino:
        x = norm(x, "layernorm")
        vector = x[:, 0]
    elif kind == "clip":
        vector = norm(x[:, 0], "post_layernorm")
        if "visual_projection.weight" in w:
            vector = linear(vector, "visual_projection")
    else:
        x = norm(x, "post_layernorm")
        q, k, v = (
            y @ matrix.T + bias
            for y, matrix, bias in zip(
                (np.broadcast_to(w["head.probe"], (len(x), 1, hidden)), x, x),
                np.split(w["head.attention.in_proj_weight"], 3),
                np.split(w["head.attention.in_proj_bias"], 3)))
        y = linear(attend(q, k, v), "head.attention.out_proj")[:, 0]
        vector = y + linear(act(linear(norm(y, "head.layernorm"), "head.mlp.fc1")), "head.mlp.fc2")
    vector.astype("<f8").tofile(output)
    if len(sys.argv) > 6:
        x.astype("<f8").tofile(sys.argv[6])


if __name__ == "__main__":
    main()
