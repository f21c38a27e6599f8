#!/usr/bin/python3
"""Trains the vision demo on a CPU: a DeiT of about one million parameters.

  models/demo-vision/train.py train [--steps N] [--resume]    trains; writes checkpoints, loss.csv and loss.svg under --out
  models/demo-vision/train.py evaluate [--checkpoint FILE]    accuracy on the validation pictures, per class
  models/demo-vision/train.py export [--checkpoint FILE]      writes model.safetensors (BF16), its two config files and the loss curve

The pictures come from the generator beside this script (README.md has the commands). Needs Debian's python3-torch and
libopenblas0-pthread.
"""
import argparse
import json
import math
import os
import sys
import time

# The AVX-512 kernels of OpenBLAS, which it does not choose on newer CPUs by itself; threads that wait leave their core to others.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive"}
if "avx512bw" in open("/proc/cpuinfo", encoding="ascii").read():
    ENVIRONMENT["OPENBLAS_CORETYPE"] = "SkylakeX"
if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ENVIRONMENT})

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from safetensors_bf16 import read_safetensors, write_safetensors

FOLDER = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(FOLDER))

# PictureClass.cs.
LABELS = ["ok", "scratch", "dent", "stain", "crack", "missing-part"]
CONFIG = {
    "architectures": ["DeiTForImageClassification"],
    "model_type": "deit",
    "image_size": 64,
    "patch_size": 8,
    "num_channels": 3,
    "hidden_size": 128,
    "intermediate_size": 512,
    "num_hidden_layers": 5,
    "num_attention_heads": 4,
    "hidden_act": "gelu",
    "qkv_bias": True,
    "layer_norm_eps": 1e-6,
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout_prob": 0.0,
    "initializer_range": 0.02,
    "id2label": {str(index): label for index, label in enumerate(LABELS)},
    "label2id": {label: index for index, label in enumerate(LABELS)},
    "torch_dtype": "bfloat16",
}
PREPROCESSOR = {
    "image_processor_type": "DeiTImageProcessor",
    "do_resize": True,
    "size": {"height": 64, "width": 64},
    "resample": 3,
    "do_center_crop": False,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
SIDE, PATCH, HIDDEN = CONFIG["image_size"], CONFIG["patch_size"], CONFIG["hidden_size"]
GRID = SIDE // PATCH


def positions():
    """Sines and cosines of row and column, [1, 2 + GRID * GRID, HIDDEN]: where the table starts from. The two tokens in front start at zero."""
    frequency = 10000.0 ** (-torch.arange(HIDDEN // 4).float() / (HIDDEN // 4)) * 2
    place = torch.outer(torch.arange(GRID).float(), frequency)
    one = torch.cat((place.sin(), place.cos()), -1)
    grid = torch.cat((one[:, None].expand(GRID, GRID, -1), one[None].expand(GRID, GRID, -1)), -1)
    return torch.cat((torch.zeros(2, HIDDEN), 0.3 * grid.reshape(GRID * GRID, HIDDEN)))[None]


class Group(nn.Module):
    """Modules under a name: the state's keys become Hugging Face's tensor names."""

    def __init__(self, **modules):
        super().__init__()
        for name, module in modules.items():
            setattr(self, name, module)


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, HIDDEN) * 0.02)
        self.distillation_token = nn.Parameter(torch.randn(1, 1, HIDDEN) * 0.02)
        self.position_embeddings = nn.Parameter(positions())
        self.patch_embeddings = Group(projection=nn.Conv2d(3, HIDDEN, PATCH, PATCH))

    def forward(self, pixels):
        """pixels is [B, 3, SIDE, SIDE]; returns [B, 2 + GRID * GRID, HIDDEN]."""
        batch = pixels.shape[0]
        projection = self.patch_embeddings.projection
        # A convolution whose windows do not overlap is a product of matrices.
        patches = pixels.view(batch, 3, GRID, PATCH, GRID, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(batch, GRID * GRID, -1)
        x = F.linear(patches, projection.weight.view(HIDDEN, -1), projection.bias)
        tokens = torch.cat((self.cls_token, self.distillation_token), 1).expand(batch, -1, -1)
        return torch.cat((tokens.to(x.dtype), x), 1) + self.position_embeddings


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        inner, eps = CONFIG["intermediate_size"], CONFIG["layer_norm_eps"]
        attention = Group(query=nn.Linear(HIDDEN, HIDDEN), key=nn.Linear(HIDDEN, HIDDEN), value=nn.Linear(HIDDEN, HIDDEN))
        self.attention = Group(attention=attention, output=Group(dense=nn.Linear(HIDDEN, HIDDEN)))
        self.intermediate = Group(dense=nn.Linear(HIDDEN, inner))
        self.output = Group(dense=nn.Linear(inner, HIDDEN))
        self.layernorm_before = nn.LayerNorm(HIDDEN, eps=eps)
        self.layernorm_after = nn.LayerNorm(HIDDEN, eps=eps)

    def forward(self, x):
        batch, length, _ = x.shape
        head_dim = HIDDEN // CONFIG["num_attention_heads"]

        def heads(y):
            return y.view(batch, length, -1, head_dim).transpose(1, 2)

        normed, attention = self.layernorm_before(x), self.attention.attention
        q = heads(attention.query(normed)) * head_dim ** -0.5
        k, v = heads(attention.key(normed)), heads(attention.value(normed))
        seen = torch.softmax(q @ k.transpose(-1, -2), -1).to(v.dtype) @ v
        x = x + self.attention.output.dense(seen.transpose(1, 2).reshape(batch, length, HIDDEN))
        return x + self.output.dense(F.gelu(self.intermediate.dense(self.layernorm_after(x))))


class Deit(nn.Module):
    def __init__(self):
        super().__init__()
        layers = nn.ModuleList([Layer() for _ in range(CONFIG["num_hidden_layers"])])
        self.deit = Group(embeddings=Embeddings(), encoder=Group(layer=layers), layernorm=nn.LayerNorm(HIDDEN, eps=CONFIG["layer_norm_eps"]))
        self.classifier = nn.Linear(HIDDEN, len(LABELS))
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif "dense.weight" in name or "attention.attention" in name:
                # What writes to the residual stream starts smaller, so that its variance does not grow with the depth.
                residual = name.endswith("output.dense.weight")
                scale = (2 * CONFIG["num_hidden_layers"]) ** -0.5 if residual else 1.0
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5 * 0.7 * scale)
            elif "projection" in name:
                nn.init.normal_(parameter, std=(3 * PATCH * PATCH) ** -0.5)
            elif name == "classifier.weight":
                nn.init.normal_(parameter, std=CONFIG["initializer_range"])

    def forward(self, pixels):
        """pixels is [B, 3, SIDE, SIDE], normalized; returns logits [B, classes]."""
        x = self.deit.embeddings(pixels)
        for layer in self.deit.encoder.layer:
            x = layer(x)
        return self.classifier(self.deit.layernorm(x)[:, 0])


class Pictures:
    """PictureSet.cs: per picture a byte of class and SIDE * SIDE * 3 bytes of pixels."""

    def __init__(self, path):
        records = np.memmap(path, np.uint8, "r").reshape(-1, 1 + SIDE * SIDE * 3)
        self.labels = torch.from_numpy(records[:, 0].astype(np.int64))
        self.pixels = records[:, 1:].reshape(-1, SIDE, SIDE, 3)

    def batch(self, numbers, turns=None):
        """Normalized pixels [B, 3, SIDE, SIDE] and labels. turns: 0 to 7 per picture, quarter turns and mirroring."""
        pixels = self.pixels[numbers]
        if turns is not None:
            for at, turn in enumerate(turns):
                picture = np.rot90(pixels[at], turn % 4)
                pixels[at] = picture[:, ::-1] if turn >= 4 else picture
        pixels = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float()
        return (pixels / 255 - 0.5) / 0.5, self.labels[torch.from_numpy(numbers)]


def learning_rate(step, arguments):
    if step < arguments.warmup:
        return arguments.peak * (step + 1) / arguments.warmup
    done = (step - arguments.warmup) / max(1, arguments.schedule - arguments.warmup)
    return arguments.peak * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def save(checkpoint, path):
    torch.save(checkpoint, path + ".part")
    os.replace(path + ".part", path)


def train(arguments):
    torch.manual_seed(arguments.seed)
    model = Deit()
    pictures = Pictures(arguments.data)
    decay = [p for name, p in model.named_parameters() if name.endswith("weight") and p.dim() > 1]
    no_decay = [p for name, p in model.named_parameters() if not (name.endswith("weight") and p.dim() > 1)]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": no_decay, "weight_decay": 0.0}], betas=(0.9, 0.98))
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step, curve = 0, []
    os.makedirs(arguments.out, exist_ok=True)
    latest = os.path.join(arguments.out, "checkpoint.pt")
    if arguments.resume:
        checkpoint = torch.load(latest)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        average, step, curve = checkpoint["average"], checkpoint["step"], checkpoint["curve"]
    count = sum(p.numel() for p in model.parameters())
    print(f"{count} parameters, {len(pictures.labels)} pictures, steps {step} to {arguments.steps} of {arguments.schedule}, "
          f"{arguments.batch} pictures each, {'bf16' if arguments.bf16 else 'fp32'}, {torch.get_num_threads()} threads", flush=True)
    started = saved = looked = time.time()
    first_step, window, hits = step, [], 0
    while step < arguments.steps:
        # What a step sees hangs on its number alone, so that a resumed run is the same run.
        random = np.random.default_rng((arguments.seed, step))
        numbers = random.integers(len(pictures.labels), size=arguments.batch)
        pixels, labels = pictures.batch(numbers, random.integers(8, size=arguments.batch))
        rate = learning_rate(step, arguments)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
            logits = model(pixels)
        loss = F.cross_entropy(logits.float(), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        # The average of the last hundred steps' weights is what is evaluated and shipped.
        keep = min(arguments.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].lerp_(value, 1 - keep)
        curve.append((step, rate, float(loss)))
        window.append(float(loss))
        hits += int((logits.argmax(-1) == labels).sum())
        now = time.time()
        if step % arguments.report == 0 or step == arguments.steps:
            speed = (step - first_step) * arguments.batch / (now - started)
            print(f"{time.strftime('%H:%M:%S')} step {step} loss {sum(window) / len(window):.4f} right {hits / len(window) / arguments.batch:.1%} "
                  f"rate {rate:.2e} {speed:.0f} pictures/s, {(arguments.steps - step) * arguments.batch / speed / 60:.0f} minutes to go", flush=True)
            window, hits = [], 0
        last = step == arguments.steps
        if now - saved > arguments.save_seconds or last:
            save({"model": model.state_dict(), "average": average, "optimizer": optimizer.state_dict(), "step": step, "curve": curve}, latest)
            write_curve(curve, arguments.out)
            saved = now
        if arguments.validation and (now - looked > arguments.look_seconds or last):
            print_accuracy(average, arguments)
            looked = now


def write_curve(curve, folder, every=1):
    with open(os.path.join(folder, "loss.csv"), "w", encoding="ascii") as file:
        file.write("step,learning_rate,loss\n")
        for step, rate, loss in curve[every - 1::every]:
            file.write(f"{step},{rate:.6e},{loss:.6f}\n")
    with open(os.path.join(folder, "loss.svg"), "w", encoding="utf-8") as file:
        file.write(svg(curve))


def svg(curve):
    """Loss over steps, logarithmic; each point is the mean of about one part in a hundred of the run."""
    width, height, left, right, top, bottom = 760, 380, 60, 20, 20, 46
    size = max(1, len(curve) // 100)
    points = [(part[-1][0], sum(row[2] for row in part) / len(part)) for part in (curve[at:at + size] for at in range(0, len(curve), size))]
    last = points[-1][0]
    low = math.floor(math.log10(max(1e-4, min(loss for _, loss in points))))
    high = math.ceil(math.log10(max(loss for _, loss in points)))

    def x(step):
        return left + (width - left - right) * step / last

    def y(loss):
        return top + (height - top - bottom) * (high - math.log10(max(loss, 1e-4))) / max(1, high - low)

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for power in range(low, high + 1):
        lines.append(f'<path d="M{left} {y(10 ** power):.1f}H{width - right}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y(10 ** power) + 4:.1f}" text-anchor="end">{10 ** power:g}</text>')
    spacing = next(s for s in (100, 200, 500, 1000, 2000, 5000, 10000) if last / s <= 10 or s == 10000)
    for mark in range(last // spacing + 1):
        lines.append(f'<text x="{x(mark * spacing):.1f}" y="{height - bottom + 18}" text-anchor="middle">{mark * spacing}</text>')
    path = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in points)
    lines.append(f'<polyline points="{path}" fill="none" stroke="#1f6fb2" stroke-width="1.5"/>')
    lines.append(f'<text x="{(left + width - right) / 2}" y="{height - 8}" text-anchor="middle">steps</text>')
    lines.append(f'<text x="14" y="{(top + height - bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 {(top + height - bottom) / 2})">cross entropy (nats)</text>')
    return "\n".join(lines) + "\n</svg>\n"


def print_accuracy(state, arguments):
    model = Deit()
    model.load_state_dict(state)
    pictures = Pictures(arguments.validation)
    confusion = np.zeros((len(LABELS), len(LABELS)), np.int64)
    with torch.no_grad():
        for at in range(0, len(pictures.labels), 64):
            pixels, labels = pictures.batch(np.arange(at, min(at + 64, len(pictures.labels))))
            np.add.at(confusion, (labels.numpy(), model(pixels).argmax(-1).numpy()), 1)
    print(f"validation {confusion.trace() / confusion.sum():.1%}:", ", ".join(f"{label} {row[index]}/{row.sum()}" for index, (label, row) in enumerate(zip(LABELS, confusion))))
    print(confusion, flush=True)


def export(arguments):
    checkpoint = torch.load(arguments.checkpoint)
    write_curve(checkpoint["curve"], FOLDER, every=10)
    write_safetensors(checkpoint["average"], os.path.join(FOLDER, "model.safetensors"))
    for name, content in (("config.json", CONFIG), ("preprocessor_config.json", PREPROCESSOR)):
        with open(os.path.join(FOLDER, name), "w", encoding="ascii") as file:
            json.dump(content, file, indent=2)
            file.write("\n")


def evaluate(arguments):
    state = read_safetensors(arguments.checkpoint) if arguments.checkpoint.endswith(".safetensors") else torch.load(arguments.checkpoint)["average"]
    print_accuracy({name: value.to(torch.bfloat16).float() for name, value in state.items()}, arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "evaluate", "export"])
    artifacts = os.path.join(REPOSITORY, "artifacts", "demo-vision")
    parser.add_argument("--data", default=os.path.join(artifacts, "train.u8"))
    parser.add_argument("--validation", default=os.path.join(artifacts, "validation.u8"), help="pictures to watch the training by; empty for none")
    parser.add_argument("--out", default=os.path.join(artifacts, "run"))
    parser.add_argument("--checkpoint", default=os.path.join(artifacts, "run", "checkpoint.pt"))
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--steps", type=int, default=6600, help="stop here")
    parser.add_argument("--schedule", type=int, default=6600, help="steps of the cosine schedule")
    parser.add_argument("--batch", type=int, default=64, help="pictures per step")
    parser.add_argument("--warmup", type=int, default=150)
    parser.add_argument("--peak", type=float, default=1.2e-3, help="highest learning rate")
    parser.add_argument("--average", type=float, default=0.99, help="decay of the weights' running average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fp32", dest="bf16", action="store_false", help="no bf16 autocast: for a CPU without AVX512_BF16 or AMX")
    parser.add_argument("--report", type=int, default=25, help="steps between two lines of output")
    parser.add_argument("--save-seconds", type=float, default=60)
    parser.add_argument("--look-seconds", type=float, default=180, help="seconds between two looks at the validation pictures")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    {"train": train, "evaluate": evaluate, "export": export}[arguments.command](arguments)


if __name__ == "__main__":
    main()
