"""Logits of a ViT or DeiT checkpoint, computed in float64 from the published architecture with numpy alone.

Usage: vit_logits.py MODEL PIXELS HEIGHT WIDTH OUTPUT
  MODEL      Hugging Face directory (config.json, model.safetensors in F32, F16 or BF16), or a .temoto file without packed rows
  PIXELS     little-endian float32 [pictures, 3, HEIGHT, WIDTH]
  OUTPUT     written as little-endian float64 [pictures, classes]

Independent of Temoto: patches by one einsum over the picture, positions interpolated as two matrices (torch's bicubic, with which this was compared once: equal to
2e-15), GELU by the C library's error function.
"""

import json
import math
import sys

import numpy as np

from decoder_logits import read_safetensors, read_temoto, round_to_grid

erf = np.vectorize(math.erf)


def bicubic(old, new):
    """[new, old]: each row the weights with which the old points make a new one."""
    matrix = np.zeros((new, old))
    for i in range(new):
        centre = (i + 0.5) * old / new - 0.5
        for j in range(math.floor(centre) - 1, math.floor(centre) + 3):
            d = abs(centre - j)
            near = 1.25 * d**3 - 2.25 * d**2 + 1
            far = -0.75 * (d**3 - 5 * d**2 + 8 * d - 4)
            matrix[i, min(max(j, 0), old - 1)] += near if d <= 1 else far
    return matrix


def main():
    model, pixels, height, width, output = sys.argv[1:6]
    if model.endswith(".temoto"):
        config, w, grids = read_temoto(model)
    else:
        config, grids = json.load(open(f"{model}/config.json", encoding="utf-8")), {}
        w, _ = read_safetensors(f"{model}/model.safetensors")
    root, eps, hidden, patch = config["model_type"], config["layer_norm_eps"], config["hidden_size"], config["patch_size"]
    rows, columns = int(height) // patch, int(width) // patch
    pictures = np.fromfile(pixels, "<f4").astype(np.float64).reshape(-1, 3, rows, patch, columns, patch)

    def linear(x, name):
        if name + ".weight" in grids:
            x = round_to_grid(x, grids[name + ".weight"])
        y = x @ w[name + ".weight"].T
        return y + w[name + ".bias"] if name + ".bias" in w else y

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * w[name + ".weight"] + w[name + ".bias"]

    e = f"{root}.embeddings."
    kernel = w[e + "patch_embeddings.projection.weight"].reshape(hidden, 3, patch, patch)
    x = np.einsum("bkrycx,hkyx->brch", pictures, kernel).reshape(len(pictures), rows * columns, hidden)
    x = x + w[e + "patch_embeddings.projection.bias"]
    own = [w[e + name].reshape(hidden) for name in ("cls_token", "distillation_token") if e + name in w]
    positions = w[e + "position_embeddings"].reshape(-1, hidden)
    size = config["image_size"] if isinstance(config["image_size"], list) else [config["image_size"]] * 2
    table = positions[len(own):].reshape(size[0] // patch, size[1] // patch, hidden)
    if table.shape[:2] != (rows, columns):
        table = np.einsum("ri,cj,ijh->rch", bicubic(table.shape[0], rows), bicubic(table.shape[1], columns), table)
    x = x + table.reshape(-1, hidden)
    x = np.concatenate([np.broadcast_to(np.stack(own) + positions[:len(own)], (len(x), len(own), hidden)), x], 1)

    heads = config["num_attention_heads"]
    for layer in range(config["num_hidden_layers"]):
        p = f"{root}.encoder.layer.{layer}."
        y = norm(x, p + "layernorm_before")
        q, k, v = (linear(y, p + "attention.attention." + n).reshape(*y.shape[:2], heads, -1) for n in ("query", "key", "value"))
        scores = np.exp(np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(hidden // heads))
        mixed = np.einsum("bhqk,bkhd->bqhd", scores / scores.sum(-1, keepdims=True), v)
        x = x + linear(mixed.reshape(x.shape), p + "attention.output.dense")
        y = linear(norm(x, p + "layernorm_after"), p + "intermediate.dense")
        x = x + linear(y * (1 + erf(y / math.sqrt(2))) / 2, p + "output.dense")
    x = norm(x, f"{root}.layernorm")
    if "distillation_classifier.weight" in w:
        logits = (linear(x[:, 0], "cls_classifier") + linear(x[:, 1], "distillation_classifier")) / 2
    else:
        logits = linear(x[:, 0], "classifier")
    logits.astype("<f8").tofile(output)


if __name__ == "__main__":
    main()
