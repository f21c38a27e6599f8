// Figures as people read them: three digits, a unit, the language's own point or comma.
import { number } from "./language.js";

/** Bytes in powers of 1024, as memory is counted. */
export function memory(bytes) {
    return scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
}

/** Bytes in powers of 1000, as traffic is counted. */
export function traffic(bytes) {
    return scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB"]);
}

export const rate = value => number(value, digitsOf(value));

export function seconds(value) {
    return value < 1 ? `${number(value * 1000, digitsOf(value * 1000))} ms` : `${number(value, digitsOf(value))} s`;
}

const digitsOf = value => value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;

function scaled(value, step, units) {
    let unit = 0;
    for (; value >= step && unit < units.length - 1; unit++)
        value /= step;
    return `${number(value, unit === 0 ? 0 : digitsOf(value))} ${units[unit]}`;
}
