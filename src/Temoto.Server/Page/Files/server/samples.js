// Prometheus' text format, as /metrics writes it.

/** The samples by name; those with labels under the name alone are added up. */
export function samplesOf(text) {
    const samples = new Map();
    for (const line of text.split("\n")) {
        const parts = /^([a-z_]+)(?:\{[^}]*\})? (\S+)$/i.exec(line);
        if (parts)
            samples.set(parts[1], (samples.get(parts[1]) ?? 0) + Number(parts[2]));
    }
    return samples;
}
