// What a screen reader is told beside what has the focus: a few sentences, never each token.
import { el } from "./dom.js";
import { text } from "./language.js";

const place = el("p", { class: "unseen", role: "status" });

export const announcer = () => place;

/** Says a text of the table. */
export const announce = (key, values) => tell(text(key, values));

/** Says words as they are. */
export function tell(words) {
    // The same words again would be no change; a space that nobody hears makes them one.
    place.textContent = place.textContent === words ? `${words}\u00a0` : words;
}
