// Elements without a framework. Text always goes in as text.

type Child = Node | string | null | false;
type Attributes = Record<string, string | number | boolean | ((e: Event) => void)>;

export function el<K extends keyof HTMLElementTagNameMap>(
	tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function") e.addEventListener(name, value);
		else if (typeof value === "boolean") e.toggleAttribute(name, value);
		else e.setAttribute(name, String(value));
	}
	for (const c of children) if (c !== null && c !== false) e.append(c);
	return e;
}

/** A digest in groups of four, readable aloud; copying gives it with the blanks, which pins ignore. */
export function digest(hex: string): HTMLElement {
	return el("span", { class: "mono" }, hex.replace(/(.{4})(?=.)/g, "$1 "));
}
