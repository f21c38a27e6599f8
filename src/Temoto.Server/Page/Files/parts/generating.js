// What is being generated, of which the page has one at a time: Escape ends it, whichever view it is in.

let controller = null;

/** Runs `work` with a signal that Escape, or `stopGenerating`, ends. What was under way ends first. */
export async function generating(work) {
    controller?.abort();
    const own = controller = new AbortController();
    document.dispatchEvent(new Event("generating"));
    try {
        return await work(own.signal);
    } finally {
        if (controller === own) {
            controller = null;
            document.dispatchEvent(new Event("generating"));
        }
    }
}

export const isGenerating = () => controller !== null;

export function stopGenerating() {
    controller?.abort();
}

document.addEventListener("keydown", event => {
    // A dialog's Escape closes the dialog.
    if (event.key === "Escape" && controller && !document.querySelector("dialog[open]")) {
        event.preventDefault();
        stopGenerating();
    }
});
