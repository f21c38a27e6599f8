// What is around every view: the way to them, language and colours, and what the server has to say about itself.
import { announce, announcer } from "./base/announce.js";
import { el, newId } from "./base/dom.js";
import { icon } from "./base/icons.js";
import { language, otherLanguage, say, sayAs, setLanguage, text, unsay } from "./base/language.js";
import { isDark, switchTheme } from "./base/theme.js";
import { iconButton, redress } from "./parts/button.js";
import { keyForm } from "./keyForm.js";
import { connection } from "./server/connection.js";

const stateKeys = { checking: "state_checking", ready: "state_ready", loading: "state_loading", stopping: "state_stopping", gone: "state_gone", key: "state_key" };

/** @param views each with an id, an icon, the key of its label, its node, and what to do when it is shown and left. */
export function buildShell(views) {
    const main = el("main", { id: "main", tabindex: "-1" });
    const links = views.map(view => el("a", { href: `#${view.id}`, class: "tab" }, icon(view.icon), say(el("span"), view.label)));
    const navigation = sayAs(el("nav", { class: "tabs" }, links), "aria-label", "views");
    const skip = say(el("a", { class: "skip", href: "#main", on: { click: skipToMain } }), "skip");
    const state = serverState();
    document.querySelector("noscript").remove();
    document.body.prepend(skip,
        el("header", { class: "top" },
            el("h1", { class: "brand" }, el("span", { class: "mark", "aria-hidden": "true" }, "手"), "Temoto"),
            navigation, state.node, languageButton(), themeButton()),
        el("div", { class: "below" }, banner(), main), announcer());
    main.append(...views.map(view => view.node));
    connection.addEventListener("change", state.show);
    addEventListener("hashchange", show);
    document.addEventListener("language", () => document.title = titleOf(current()));
    let shown = null;
    state.show();
    show();

    function current() {
        return views.find(view => `#${view.id}` === location.hash) ?? views[0];
    }

    function show() {
        const view = current();
        if (view === shown)
            return;
        shown?.left?.();
        shown = view;
        for (const [at, other] of views.entries()) {
            other.node.hidden = other !== view;
            if (other === view)
                links[at].setAttribute("aria-current", "page");
            else
                links[at].removeAttribute("aria-current");
        }
        document.title = titleOf(view);
        view.shown?.();
    }

    function skipToMain(event) {
        // The address is the views' own.
        event.preventDefault();
        main.focus();
    }
}

const titleOf = view => `${text(view.label)} – Temoto`;

/** A dot and a word: never the colour alone. The word of a server that is ready is its model; of several models, a choice. */
function serverState() {
    const words = el("span");
    const choice = sayAs(el("select", { class: "models", hidden: true, on: { change: () => connection.choose(choice.value) } }), "aria-label", "model");
    const node = el("div", { class: "server-state" }, el("span", { class: "dot", "aria-hidden": "true" }), words, choice);
    return { node, show };

    function show() {
        const { state, props } = connection;
        const isReady = state === "ready";
        node.className = `server-state ${state}`;
        choice.hidden = !isReady || props.models.length < 2;
        words.hidden = !choice.hidden;
        if (isReady) {
            unsay(words);
            words.textContent = props.model;
            choice.replaceChildren(...props.models.map(name => el("option", { value: name }, name)));
            choice.value = props.model;
        } else {
            say(words, stateKeys[state]);
        }
        sayAs(node, "title", stateKeys[state]);
    }
}

/** What keeps the page from its work, in a line above the view, and what to do about it. */
function banner() {
    const words = el("p", { id: newId() });
    const key = keyForm();
    const node = el("div", { class: "banner", hidden: true }, words, key.node);
    let before = connection.state;
    connection.addEventListener("change", () => {
        const { state, keyIsWrong } = connection;
        node.hidden = state === "ready" || state === "checking";
        node.classList.toggle("calm", state === "loading" || state === "key" && !keyIsWrong);
        key.node.hidden = state !== "key";
        if (!node.hidden)
            say(words, state === "key" ? keyIsWrong ? "banner_key_wrong" : "banner_key" : `banner_${state}`);
        if (state === "ready" && before !== "ready" && before !== "checking")
            announce("banner_ready");
        else if (state !== before && !node.hidden)
            announce(state === "key" ? "banner_key" : `banner_${state}`);
        if (state === "key" && keyIsWrong)
            announce("banner_key_wrong");
        before = state;
    });
    return node;
}

function languageButton() {
    const button = el("button", { type: "button", class: "quiet language", on: { click: () => setLanguage(otherLanguage()) } });
    const show = () => {
        button.textContent = language() === "en" ? "日本語" : "English";
        button.lang = otherLanguage();
    };
    document.addEventListener("language", show);
    show();
    return button;
}

function themeButton() {
    const button = iconButton("dark", "to_dark", switchTheme);
    const show = () => redress(button, isDark() ? "light" : "dark", isDark() ? "to_light" : "to_dark");
    document.addEventListener("theme", show);
    show();
    return button;
}
