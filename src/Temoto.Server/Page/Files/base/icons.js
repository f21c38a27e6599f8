// The page's own pictures: strokes on 24 by 24, in the colour of the text around. They say nothing to a screen reader; the button's label does.
import { svg } from "./dom.js";

const strokes = {
    chat: "M4 5h16v11H9l-5 4z",
    form: "M8 4c-3 0-2 3-2 5s-2 3-2 3 2 1 2 3-1 5 2 5M16 4c3 0 2 3 2 5s2 3 2 3-2 1-2 3 1 5-2 5",
    tool: "M14.5 6.5a4 4 0 0 1 5-1.5l-3 3 2 2 3-3a4 4 0 0 1-5.5 5L9 19a2.1 2.1 0 0 1-3-3l7-7a4 4 0 0 1 1.500-2.500",
    live: "M3 13h4l3-8 4 14 3-6h4",
    settings: "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
    light: "M12 8a4 4 0 1 0 0 8 4 4 0 1 0 0-8M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400",
    dark: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
    send: "M12 19V5M6 11l6-6 6 6",
    stop: "M7 7h10v10H7z",
    copy: "M9 9h10v11H9zM15 9V5H5v11h4",
    again: "M19 12a7 7 0 1 1-2.300-5.200M19 3.500v4h-4",
    edit: "M4 20l1-4L16 5l3 3L8 19z",
    bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
    save: "M12 4v11M7 11l5 5 5-5M5 20h14",
    plus: "M12 5v14M5 12h14",
    list: "M4 6h16M4 12h16M4 18h16",
    close: "M6 6l12 12M18 6L6 18",
};

export function icon(name) {
    return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, svg("path", { d: strokes[name] }));
}
