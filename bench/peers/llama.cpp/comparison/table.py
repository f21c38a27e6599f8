"""The results as Markdown: medians over the rounds that count, with the least and the most; a ratio is taken round by round."""
import statistics

HEAD = ("| file | threads | test | Temoto, its own choice | its best kernels | llama.cpp | its best setting | ratio | of the read bandwidth, Temoto / llama.cpp | rounds |",
        "|---|---:|---|---:|---:|---:|---|---:|---:|---:|")


def spread(values, digits=1):
    values = list(values)
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def best(settings):
    """(setting, rates) with the highest median."""
    return max(settings.items(), key=lambda item: statistics.median(item[1]))


def ratios(result):
    """Of each round that counts: Temoto's own choice over the best of the settings that llama.cpp ran in it."""
    return [one.rates["temoto"][0].tokens_per_second / max(rate.tokens_per_second for rate in one.rates["llama.cpp"]) for one in result.good]


def shares(result, side):
    """Of the read bandwidth, in each round."""
    return [max(rate.tokens_per_second for rate in one.rates[side]) * one.machine["bytes_per_token"] / one.machine["bandwidth"] for one in result.good]


def rounds_of(result):
    """How many rounds count, in words."""
    thrown = sum(bool(one.thrown_away) for one in result.rounds)
    return "none was quiet" if result.all_noisy else f"{len(result.good)}" + (f", {thrown} thrown away" if thrown else "")


def row(result):
    cell = result.cell
    start = f"| {cell.file} | {cell.threads} | {cell.test} |"
    if result.refusal:
        return f"{start} refused: {result.refusal} | | | | | | 0 |"
    if not result.rounds:
        return f"{start} not measured: the time was up | | | | | | 0 |"
    (own, ours), (setting, theirs) = best(result.settings("temoto")), best(result.settings("llama.cpp"))
    kernels = max(result.kernels, key=lambda rate: rate.tokens_per_second, default=None)
    other = f"{kernels.setting} {kernels.tokens_per_second:.1f}" if kernels and kernels.tokens_per_second > statistics.median(ours) else "the same"
    share = "" if cell.prompt else f"{statistics.median(shares(result, 'temoto')):.2f} / {statistics.median(shares(result, 'llama.cpp')):.2f}"
    return f"{start} {spread(ours)} ({own}) | {other} | {spread(theirs)} | {setting} | {spread(ratios(result), 2)} | {share} | {rounds_of(result)} |"


def bandwidth(results):
    """{threads: GB/s of the read loop, in each round that counts}"""
    found = {}
    for result in results:
        for one in result.good:
            if one.machine:
                found.setdefault(result.cell.threads, []).append(one.machine["bandwidth"] / 1e9)
    return found


def document(about, results, bystanders, subnormal):
    """about: [(name, text)]; bystanders: [(who, {figure: value})]; subnormal: {file: {type: share}}."""
    lines = [f"# Temoto beside llama.cpp, {dict(about)['date']}", ""]
    lines += [f"- {name}: {text}" for name, text in about]
    lines += [f"- read bandwidth, {threads} thread{'s' if threads > 1 else ''}: {spread(values)} GB/s" for threads, values in sorted(bandwidth(results).items())]
    lines += ["", "Tokens per second, measured; medians of the rounds that count (least to most), KV cache in f16 on both sides. A ratio above 1 means that Temoto is faster.", "", *HEAD]
    lines += [row(result) for result in results]
    lines += _bystanders(bystanders) + _subnormal(subnormal)
    return "\n".join(lines) + "\n"


def _bystanders(bystanders):
    if not bystanders:
        return []
    lines = ["", "## The same file, other ways to llama.cpp", "", "Greedy, by the clock on the wall. Load to first token includes reading the file from the page cache.", "",
             "| program | prompt, tokens/s | generated, tokens/s | load to first token, ms | peak resident, MiB | others on the processors |", "|---|---:|---:|---:|---:|---:|"]
    for who, figures in bystanders:
        if "refusal" in figures:
            lines.append(f"| {who} | refused: {figures['refusal']} | | | | |")
            continue
        rate = [f"{figures[name]:.1f}" if name in figures else "see above" for name in ("prompt_tokens_per_second", "generated_tokens_per_second")]
        lines.append(f"| {who} | {' | '.join(rate)} | {figures['first_token_seconds'] * 1000:.0f} | {figures['peak_resident_bytes'] / 1048576:.0f} | {figures['others']:.0%} |")
    return lines


def _subnormal(subnormal):
    if not subnormal:
        return []
    lines = ["", "## Scales that are subnormal", "", "Share of the half-float scales below 2^-14, of the first megabyte of every tensor; a file called normal has them all 64 times as large.", "", "| file | |", "|---|---|"]
    return lines + [f"| {file} | {', '.join(f'{kind} {share:.0%}' for kind, share in shares_of.items()) or 'no blocks with scales'} |" for file, shares_of in subnormal.items()]
