// Elements are made here and nowhere of markup: a text is a text, whoever wrote it.

/**
 * Makes an element. Of `attributes`, functions under `on` are listeners, true sets an empty attribute, null and false leave it out.
 * Children that are null or false are left out; what is no node becomes text.
 */
export function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name === "on")
            for (const [event, listener] of Object.entries(value))
                node.addEventListener(event, listener);
        else if (value === true)
            node.setAttribute(name, "");
        else if (value !== null && value !== undefined && value !== false)
            node.setAttribute(name, value);
    }
    node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
    return node;
}

/** Makes an element of SVG. */
export function svg(tag, attributes = {}, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes))
        node.setAttribute(name, value);
    node.append(...children);
    return node;
}

let lastId = 0;

/** A new id, for labels and what they label. */
export const newId = () => `t${++lastId}`;
