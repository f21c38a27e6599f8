// Light or dark: as the system says, until the switch says otherwise.
import { keep, kept } from "./storage.js";

const name = "temoto.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export const isDark = () => document.documentElement.dataset.theme === "dark";

export function startTheme() {
    apply();
    system.addEventListener("change", apply);
}

export function switchTheme() {
    const wanted = isDark() ? "light" : "dark";
    // Back at what the system says, it leads again.
    keep(name, wanted === (system.matches ? "dark" : "light") ? undefined : wanted);
    apply();
}

function apply() {
    document.documentElement.dataset.theme = kept(name, null) ?? (system.matches ? "dark" : "light");
    document.dispatchEvent(new Event("theme"));
}
