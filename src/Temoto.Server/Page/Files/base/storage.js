// What the browser keeps. A browser may refuse (private windows, a full store): then nothing is kept, and nothing breaks.

/** What was kept under a name, or `otherwise` where nothing readable was. */
export function kept(name, otherwise, store = () => localStorage) {
    try {
        const text = store().getItem(name);
        return text === null ? otherwise : JSON.parse(text);
    } catch {
        return otherwise;
    }
}

/** Keeps a value; undefined takes it away. False where the browser refuses. */
export function keep(name, value, store = () => localStorage) {
    try {
        if (value === undefined)
            store().removeItem(name);
        else
            store().setItem(name, JSON.stringify(value));
        return true;
    } catch {
        return false;
    }
}

/** The names that begin with a word. */
export function namesOf(prefix) {
    try {
        return Object.keys(localStorage).filter(name => name.startsWith(prefix));
    } catch {
        return [];
    }
}
