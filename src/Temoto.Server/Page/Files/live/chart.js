// A line of the last readings, and bars of parts of a whole: drawn, with the numbers as text beside them.
import { el, svg } from "../base/dom.js";

const [width, height] = [240, 56];

/** A line through values, the newest at the right; the highest fills the height. */
export function line(most) {
    const path = svg("path", { class: "chart-line", d: "" });
    const area = svg("path", { class: "chart-area", d: "" });
    const node = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" }, area, path);
    const values = [];
    return {
        node,
        add(value) {
            values.push(value);
            values.splice(0, values.length - most);
            const top = Math.max(...values, 1e-9);
            const points = values.map((item, at) => `${(width - (values.length - 1 - at) * width / (most - 1)).toFixed(1)} ${(height - 2 - item / top * (height - 6)).toFixed(1)}`);
            path.setAttribute("d", `M${points.join("L")}`);
            area.setAttribute("d", `M${points.join("L")}L${width} ${height}L${points[0].split(" ")[0]} ${height}z`);
        },
    };
}

/** A bar of shares from 0 to 1, each with a class. */
export function bar(parts) {
    return el("div", { class: "bar", "aria-hidden": "true" }, parts.map(([share, kind]) => {
        const part = el("span", { class: kind });
        part.style.width = `${Math.min(100, share * 100).toFixed(2)}%`;
        return part;
    }));
}
