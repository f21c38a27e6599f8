#!/usr/bin/python3
"""Trains the demo model on a CPU: a Qwen2 of about five million parameters.

  models/demo/train.py train [--steps N] [--resume]     trains; writes checkpoints, loss.csv and loss.svg under --out
  models/demo/train.py evaluate [--checkpoint FILE]     exact match on the held-out rows, per kind and language
  models/demo/train.py export [--checkpoint FILE]       writes model.safetensors (BF16), its two config files and the loss curve

The data comes from the corpus generator beside this script (README.md has the commands). Needs Debian's python3-torch and
libopenblas0-pthread. The script starts itself again with the environment that makes a small CPU fast.
"""
import argparse
import dataclasses
import json
import math
import os
import sys
import time

# Huge pages for every tensor, and the AVX-512 kernels of OpenBLAS, which it does not choose on newer CPUs by itself.
ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296"
                      ":glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456",
}
if "avx512bw" in open("/proc/cpuinfo", encoding="ascii").read():
    ENVIRONMENT["OPENBLAS_CORETYPE"] = "SkylakeX"
if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ENVIRONMENT})

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from qwen2 import CONFIG, END_OF_TEXT, IM_END, Qwen2
from safetensors_bf16 import read_safetensors, write_safetensors

FOLDER = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(FOLDER))

# Tokenizer/TokenStream.cs: 16 bits per token.
ANSWER_BIT, FIRST_BIT, KEY_BIT, BRANCH_BIT, ID_MASK = 1 << 15, 1 << 14, 1 << 13, 1 << 12, (1 << 12) - 1


@dataclasses.dataclass
class Batch:
    """Rows of tokens, all [B, T]: ids, the number of the conversation (-1 behind the last), of the branch in it (0 where all see it), the place
    in the conversation, the next token and the weight of its loss."""
    ids: torch.Tensor
    conversation: torch.Tensor
    branch: torch.Tensor
    position: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor


class Rows:
    """Conversations packed into rows of a fixed length: each goes into the first of sixteen open rows that has room."""

    def __init__(self, path, length):
        self.stream = np.fromfile(path, dtype="<u2")
        self.length = length
        starts = np.flatnonzero(self.stream & FIRST_BIT)
        self.spans = list(zip(starts.tolist(), np.append(starts[1:], len(self.stream)).tolist()))
        self.rows = []
        open_rows = [[0, []] for _ in range(16)]
        for span in self.spans:
            size = min(span[1] - span[0], length)
            row = next((row for row in open_rows if row[0] + size <= length), None)
            if row is None:
                row = max(open_rows, key=lambda candidate: candidate[0])
                self.rows.append(row[1])
                open_rows.remove(row)
                row = [0, []]
                open_rows.append(row)
            row[0] += size
            row[1].append(span)

    def batch(self, first, count, prompt_weight, key_weight=1.0, prompt_share=1.0, seed=0):
        """Of the tokens that are no answers only a share counts, and each that does so much the more."""
        def filled(value, kind):
            return np.full((count, self.length), value, kind)

        ids, conversation, branch, position = filled(END_OF_TEXT, np.int64), filled(-1, np.int64), filled(0, np.int64), filled(0, np.float32)
        targets, weights = filled(0, np.int64), filled(0, np.float32)
        prompts = np.where(np.random.default_rng(seed).random((count, self.length)) < prompt_share, prompt_weight / prompt_share, 0.0)
        for row in range(count):
            at = 0
            for number, (start, stop) in enumerate(self.rows[(first + row) % len(self.rows)]):
                part = self.stream[start:stop][: self.length - at].astype(np.int64)
                size = len(part)
                here, before = slice(at, at + size), slice(at, at + size - 1)
                begins = (part & BRANCH_BIT) > 0
                ids[row, here] = part & ID_MASK
                conversation[row, here] = number
                branch[row, here] = np.cumsum(begins)
                position[row, here] = places(begins)
                targets[row, before] = part[1:] & ID_MASK
                weights[row, before] = np.where(part[1:] & KEY_BIT, key_weight, np.where(part[1:] & ANSWER_BIT, 1.0, prompts[row, before]))
                # What follows the end of a branch is not its next token.
                weights[row, before][begins[1:]] = 0
                at += size
        return Batch(*(torch.from_numpy(array) for array in (ids, conversation, branch, position, targets, weights)))


def places(begins):
    """Each token's place in its conversation: a branch goes on where the first one began."""
    places = np.arange(len(begins))
    starts = np.flatnonzero(begins)
    if len(starts) > 0:
        places[starts[0]:] -= np.repeat(starts - starts[0], np.diff(np.append(starts, len(begins))))
    return places


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal: for each matrix W [out, in], W -= rate * sqrt(max(1, out / in)) * U V^T, where U S V^T is the
    momentum's singular value decomposition; five steps of a quintic Newton-Schulz iteration bring the singular values near one
    (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/)."""

    def __init__(self, parameters, momentum=0.95, weight_decay=0.03):
        super().__init__(parameters, {"lr": 0.0, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                momentum = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                update = orthogonal(parameter.grad.lerp(momentum, group["momentum"]))
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update, alpha=-group["lr"] * max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5)


def orthogonal(matrix):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.t() if matrix.shape[0] > matrix.shape[1] else matrix
    x = (x / (x.norm() + 1e-7)).bfloat16()
    for _ in range(5):
        square = x @ x.t()
        x = torch.addmm(x, torch.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    x = x.float()
    return x.t() if matrix.shape[0] > matrix.shape[1] else x


def learning_rate(step, arguments):
    """Share of the peak: a linear rise, a plateau, and a linear fall over the last part of the schedule."""
    if step < arguments.warmup:
        return (step + 1) / arguments.warmup
    left = (arguments.schedule - step) / max(1.0, arguments.fall * arguments.schedule)
    return max(0.001, min(1.0, left))


def save(checkpoint, path):
    torch.save(checkpoint, path + ".part")
    os.replace(path + ".part", path)


def train(arguments):
    torch.manual_seed(arguments.seed)
    model = Qwen2()
    rows = Rows(arguments.data, arguments.length)
    # Muon turns the layers' matrices, AdamW the embeddings and vectors.
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "embed" not in name]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    optimizers = [
        (Muon(matrices), arguments.matrix_peak),
        (torch.optim.AdamW([{"params": [model.model.embed_tokens.weight], "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], betas=(0.9, 0.95)), arguments.peak),
    ]
    if arguments.start:
        model.load_state_dict(read_safetensors(arguments.start))
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step, tokens, curve = 0, 0, []
    os.makedirs(arguments.out, exist_ok=True)
    latest = os.path.join(arguments.out, "checkpoint.pt")
    if arguments.resume:
        checkpoint = torch.load(latest)
        model.load_state_dict(checkpoint["model"])
        for (optimizer, _), state in zip(optimizers, checkpoint["optimizers"]):
            optimizer.load_state_dict(state)
        average, step, tokens, curve = checkpoint["average"], checkpoint["step"], checkpoint["tokens"], checkpoint["curve"]
    count = sum(p.numel() for p in model.parameters())
    print(f"{count} parameters, {len(rows.spans)} conversations in {len(rows.rows)} rows of {arguments.length}, "
          f"steps {step} to {arguments.steps} of {arguments.schedule}, {'bf16' if arguments.bf16 else 'fp32'}, {torch.get_num_threads()} threads", flush=True)
    started = saved = looked = time.time()
    first_step, window = step, []
    while step < arguments.steps:
        batch = rows.batch(step * arguments.batch, arguments.batch, arguments.prompt_weight, arguments.key_weight, arguments.prompt_share, step)
        rate = learning_rate(step, arguments)
        for optimizer, peak in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * peak
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
            total, losses = model.losses(batch)
        weights = batch.weights[batch.weights > 0]
        loss = total / weights.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, _ in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        answer = batch.weights[batch.weights > 0] >= 1.0
        answer_loss = float(losses[answer].mean())
        step += 1
        tokens += int((batch.conversation >= 0).sum())
        # The average of the last few hundred steps' weights is what is evaluated and shipped.
        keep = min(arguments.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].lerp_(value, 1 - keep)
        curve.append((step, tokens, rate, float(loss), answer_loss))
        window.append(answer_loss)
        now = time.time()
        if step - first_step == 3:
            rate_now = 3 * arguments.batch * arguments.length / (now - started)
            print(f"3 steps: {rate_now:.0f} tokens/s, {(arguments.steps - step) * arguments.batch * arguments.length / rate_now / 60:.0f} minutes to go", flush=True)
        if step % arguments.report == 0 or step == arguments.steps:
            speed = (step - first_step) * arguments.batch * arguments.length / (now - started)
            print(f"{time.strftime('%H:%M:%S')} step {step} tokens {tokens / 1e6:.2f} M answer loss {sum(window) / len(window):.4f} rate {rate:.2e} {speed:.0f} tokens/s", flush=True)
            window = []
        last = step == arguments.steps
        if now - saved > arguments.save_seconds or last:
            save({"model": model.state_dict(), "average": average, "optimizers": [optimizer.state_dict() for optimizer, _ in optimizers], "step": step, "tokens": tokens, "curve": curve}, latest)
            write_curve(curve, arguments.out)
            saved = now
        if arguments.heldout and (now - looked > arguments.look_seconds or last):
            print_accuracy(average, arguments)
            looked = now


def write_curve(curve, folder):
    with open(os.path.join(folder, "loss.csv"), "w", encoding="ascii") as file:
        file.write("step,tokens,learning_rate,loss,answer_loss\n")
        for step, tokens, rate, loss, answer_loss in curve:
            file.write(f"{step},{tokens},{rate:.6e},{loss:.6f},{answer_loss:.6f}\n")
    with open(os.path.join(folder, "loss.svg"), "w", encoding="utf-8") as file:
        file.write(svg(curve))


def read_curve(folder):
    with open(os.path.join(folder, "loss.csv"), encoding="ascii") as file:
        rows = [line.split(",") for line in file.read().splitlines()[1:]]
    return [(int(step), int(tokens), *map(float, rest)) for step, tokens, *rest in rows]


def svg(curve):
    """Answer loss over tokens, logarithmic; each point is the mean of about one part in two hundred of the run."""
    width, height, left, right, top, bottom = 760, 380, 60, 20, 20, 46
    size = max(1, len(curve) // 200)
    points = [(part[-1][1] / 1e6, sum(row[4] for row in part) / len(part)) for part in (curve[at:at + size] for at in range(0, len(curve), size))]
    last = points[-1][0]
    low = math.floor(math.log10(max(1e-4, min(loss for _, loss in points))))
    high = math.ceil(math.log10(max(loss for _, loss in points)))

    def x(millions):
        return left + (width - left - right) * millions / last

    def y(loss):
        return top + (height - top - bottom) * (high - math.log10(max(loss, 1e-4))) / max(1, high - low)

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for power in range(low, high + 1):
        lines.append(f'<path d="M{left} {y(10 ** power):.1f}H{width - right}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y(10 ** power) + 4:.1f}" text-anchor="end">{10 ** power:g}</text>')
    spacing = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if last / s <= 10 or s == 100)
    for mark in range(int(last / spacing) + 1):
        lines.append(f'<text x="{x(mark * spacing):.1f}" y="{height - bottom + 18}" text-anchor="middle">{mark * spacing:g}</text>')
    path = " ".join(f"{x(millions):.1f},{y(loss):.1f}" for millions, loss in points)
    lines.append(f'<polyline points="{path}" fill="none" stroke="#1f6fb2" stroke-width="1.5"/>')
    lines.append(f'<text x="{(left + width - right) / 2}" y="{height - 8}" text-anchor="middle">million tokens</text>')
    lines.append(f'<text x="14" y="{(top + height - bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 {(top + height - bottom) / 2})">loss on answers (nats per token)</text>')
    return "\n".join(lines) + "\n</svg>\n"


def held_out(arguments):
    rows = Rows(arguments.heldout, 512)
    with open(arguments.labels, encoding="utf-8") as file:
        labels = [json.loads(line) for line in file]
    with open(os.path.splitext(arguments.heldout)[0] + ".forms", encoding="ascii") as file:
        for label, form in zip(labels, file):
            label["form"] = form.strip()
    assert len(labels) == len(rows.spans), "heldout.u16 does not belong to heldout.jsonl"
    return rows, labels


def exact_matches(state, arguments):
    """Whether greedy decoding gives each answer: it does just when every token of the answer is the likeliest after the true ones before it."""
    model = Qwen2()
    model.load_state_dict(state)
    rows, labels = held_out(arguments)
    order = sorted(range(len(labels)), key=lambda index: rows.spans[index][1] - rows.spans[index][0])
    hits = [False] * len(labels)
    with torch.no_grad():
        for at in range(0, len(order), 16):
            part = order[at:at + 16]
            rows.rows = [[rows.spans[index]] for index in part]
            rows.length = max(stop - start for start, stop in (rows.spans[index] for index in part))
            batch = rows.batch(0, len(part), 0.0)
            right = (model(batch).argmax(-1) == batch.targets) | (batch.weights == 0)
            for index, hit in zip(part, right.all(-1).tolist()):
                hits[index] = hit
    return labels, hits


def accuracy(labels, hits, *keys):
    groups = {}
    for label, hit in zip(labels, hits):
        group = groups.setdefault(" ".join(label[key] for key in keys), [0, 0])
        group[0] += hit
        group[1] += 1
    return groups


def print_accuracy(state, arguments):
    labels, hits = exact_matches(state, arguments)
    print("held out:", ", ".join(f"{name} {right}/{total}" for name, (right, total) in accuracy(labels, hits, "kind", "language").items()))
    questions = [(label, hit) for label, hit in zip(labels, hits) if label["kind"] == "question"]
    print("questions:", ", ".join(f"{name} {right}/{total}" for name, (right, total) in sorted(accuracy(*zip(*questions), "form").items())), flush=True)


def export(arguments):
    checkpoint = torch.load(arguments.checkpoint)
    curve = checkpoint["curve"][9::10]
    if arguments.append:
        before = read_curve(FOLDER)
        curve = before + [(before[-1][0] + step, before[-1][1] + tokens, *rest) for step, tokens, *rest in curve]
    write_curve(curve, FOLDER)
    weights = checkpoint["average"]
    if arguments.start:
        began = read_safetensors(arguments.start)
        weights = {name: arguments.share * value + (1 - arguments.share) * began[name] for name, value in weights.items()}
    write_safetensors(weights, os.path.join(FOLDER, "model.safetensors"))
    generation = {"bos_token_id": END_OF_TEXT, "eos_token_id": [IM_END, END_OF_TEXT], "pad_token_id": END_OF_TEXT, "do_sample": False, "max_new_tokens": 128}
    for name, content in (("config.json", CONFIG), ("generation_config.json", generation)):
        with open(os.path.join(FOLDER, name), "w", encoding="ascii") as file:
            json.dump(content, file, indent=2)
            file.write("\n")


def evaluate(arguments):
    state = read_safetensors(arguments.checkpoint) if arguments.checkpoint.endswith(".safetensors") else torch.load(arguments.checkpoint)["average"]
    rounded = {name: value.to(torch.bfloat16).float() for name, value in state.items()}
    print_accuracy(rounded, arguments)
    if arguments.misses:
        labels, hits = exact_matches(rounded, arguments)
        for label, hit in zip(labels, hits):
            if not hit:
                print(json.dumps(label, ensure_ascii=False))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "evaluate", "export"])
    artifacts = os.path.join(REPOSITORY, "artifacts", "demo")
    parser.add_argument("--data", default=os.path.join(artifacts, "train.u16"))
    parser.add_argument("--heldout", default=os.path.join(artifacts, "heldout.u16"), help="encoded held-out rows; empty for none")
    parser.add_argument("--out", default=os.path.join(artifacts, "run"))
    parser.add_argument("--checkpoint", default=os.path.join(artifacts, "run", "checkpoint.pt"))
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--start", metavar="FILE", help="train: begin with the weights of this model.safetensors instead of random ones; export: average with them")
    parser.add_argument("--share", type=float, default=0.7, help="export with --start: the run's share of the average")
    parser.add_argument("--labels", default=os.path.join(FOLDER, "heldout.jsonl"), help="the rows that --heldout encodes")
    parser.add_argument("--steps", type=int, default=12000, help="stop here")
    parser.add_argument("--schedule", type=int, default=12000, help="steps of the schedule")
    parser.add_argument("--batch", type=int, default=8, help="rows per step")
    parser.add_argument("--length", type=int, default=512, help="tokens per row")
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--peak", type=float, default=3e-3, help="highest learning rate of embeddings and vectors")
    parser.add_argument("--matrix-peak", type=float, default=0.02, help="highest learning rate of the layers' matrices")
    parser.add_argument("--fall", type=float, default=0.4, help="share of the schedule in which the learning rate falls")
    parser.add_argument("--average", type=float, default=0.998, help="decay of the weights' running average")
    parser.add_argument("--prompt-weight", type=float, default=0.1, help="loss weight of tokens that are not an answer")
    parser.add_argument("--prompt-share", type=float, default=0.25, help="share of the tokens that are not an answer that count (so much the more)")
    parser.add_argument("--key-weight", type=float, default=5.0, help="loss weight of the conclusions of log questions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fp32", dest="bf16", action="store_false", help="no bf16 autocast: for a CPU without AVX512_BF16 or AMX")
    parser.add_argument("--report", type=int, default=50, help="steps between two lines of output")
    parser.add_argument("--save-seconds", type=float, default=240)
    parser.add_argument("--look-seconds", type=float, default=240, help="seconds between two looks at the held-out rows")
    parser.add_argument("--append", action="store_true", help="export: the run went on from the shipped weights (--start): append its curve to theirs")
    parser.add_argument("--misses", action="store_true", help="evaluate: print the rows that came out wrong")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    {"train": train, "evaluate": evaluate, "export": export}[arguments.command](arguments)


if __name__ == "__main__":
    main()
