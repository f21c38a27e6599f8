"""Logits of an OPT checkpoint, computed in float64 from the published architecture with numpy alone.

Usage: opt_logits.py MODEL TOKENS OUTPUT (as decoder_logits.py, whose reader it shares)

Independent of Temoto: attention of all heads in one einsum, layer norm by numpy's own mean and variance.
"""

import json
import sys

import numpy as np

from decoder_logits import read_safetensors, read_temoto, round_to_grid


def layer_norm(x, w, name):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * w[name + ".weight"] + w[name + ".bias"]


def main():
    model, tokens, output = sys.argv[1:4]
    if model.endswith(".temoto"):
        config, w, grids = read_temoto(model)
    else:
        config, grids = json.load(open(f"{model}/config.json", encoding="utf-8")), {}
        w, _ = read_safetensors(f"{model}/model.safetensors")
    root = "model.decoder." if "model.decoder.embed_tokens.weight" in w else "decoder."
    ids = np.array([int(t) for t in tokens.split(",")])
    count, heads = len(ids), config["num_attention_heads"]
    before = config["do_layer_norm_before"]

    def linear(x, name):
        if name + ".weight" in grids:
            x = round_to_grid(x, grids[name + ".weight"])
        y = np.einsum("ti,oi->to", x, w[name + ".weight"])
        return y + w[name + ".bias"] if name + ".bias" in w else y

    x = w[root + "embed_tokens.weight"][ids]
    if config["word_embed_proj_dim"] != config["hidden_size"]:
        x = linear(x, root + "project_in")
    # The first two rows of the table are kept free.
    x = x + w[root + "embed_positions.weight"][np.arange(count) + 2]
    for layer in range(config["num_hidden_layers"]):
        p = f"{root}layers.{layer}."
        entrance = x
        if before:
            x = layer_norm(x, w, p + "self_attn_layer_norm")
        q, k, v = (linear(x, f"{p}self_attn.{n}_proj").reshape(count, heads, -1) for n in "qkv")
        scores = np.einsum("qhd,khd->hqk", q / np.sqrt(q.shape[-1]), k)
        scores[:, np.triu(np.ones((count, count), bool), 1)] = -np.inf
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        x = entrance + linear(np.einsum("hqk,khd->qhd", weights, v).reshape(count, -1), p + "self_attn.out_proj")
        if not before:
            x = layer_norm(x, w, p + "self_attn_layer_norm")
        entrance = x
        if before:
            x = layer_norm(x, w, p + "final_layer_norm")
        x = entrance + linear(np.maximum(linear(x, p + "fc1"), 0), p + "fc2")
        if not before:
            x = layer_norm(x, w, p + "final_layer_norm")
    if before and not config["_remove_final_layer_norm"]:
        x = layer_norm(x, w, root + "final_layer_norm")
    if config["word_embed_proj_dim"] != config["hidden_size"]:
        x = linear(x, root + "project_out")
    head = root + "embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"
    np.einsum("ti,vi->tv", x, w[head]).astype("<f8").tofile(output)


if __name__ == "__main__":
    main()
