// The key that a server may ask for: kept until the tab closes, or on this device where somebody wishes so.
import { keep, kept } from "../base/storage.js";

const name = "temoto.key";
const session = () => sessionStorage;

export const key = () => kept(name, null, session) ?? kept(name, null);

/** What every question sends of it. */
export const keyHeaders = () => key() ? { Authorization: `Bearer ${key()}` } : {};

export function setKey(value, remember) {
    keep(name, remember ? undefined : value, session);
    keep(name, remember ? value : undefined);
}

export function forgetKey() {
    keep(name, undefined, session);
    keep(name, undefined);
}
