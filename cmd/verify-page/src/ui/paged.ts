// A long list shown a page at a time; its rows come from the worker when they are wanted.

import { el } from "./dom.ts";
import type { Speech } from "./i18n.ts";
import type { Row, RowKind } from "./messages.ts";

const PAGE = 50;

export type Fetch = (kind: RowKind, from: number, count: number) => Promise<Row[]>;

export class Paged {
	readonly element = el("div");
	private readonly place = el("div");
	private page = 0;

	constructor(
		private readonly speech: Speech, private readonly kind: RowKind, private readonly total: number,
		private readonly fetch: Fetch, private readonly show: (rows: Row[]) => HTMLElement,
		private readonly title: string,
	) {
		this.element.append(this.place);
		if (total > PAGE) this.element.append(this.controls());
		void this.turn(0);
	}

	private get pages(): number {
		return Math.max(1, Math.ceil(this.total / PAGE));
	}

	private controls(): HTMLElement {
		const { speech } = this;
		const status = el("span", { role: "status" });
		const field = el("input", { type: "text", inputmode: "numeric", "aria-label": `${this.title}: ${speech.say("page", { n: "", m: this.pages })}` });
		field.style.width = "6rem";
		const back = el("button", { type: "button", click: () => go(this.page - 1) }, speech.say("previous"));
		const on = el("button", { type: "button", click: () => go(this.page + 1) }, speech.say("nextPage"));
		const tell = (): void => {
			status.textContent = speech.say("page", { n: speech.number(this.page + 1), m: speech.number(this.pages) });
			back.disabled = this.page === 0;
			on.disabled = this.page === this.pages - 1;
			field.value = String(this.page + 1);
		};
		const go = (page: number): void => {
			void this.turn(page).then(tell);
		};
		field.addEventListener("change", () => go((parseInt(field.value, 10) || 1) - 1));
		tell();
		return el("div", { class: "row screen", role: "group", "aria-label": this.title }, back, field, on, status);
	}

	private async turn(page: number): Promise<void> {
		this.page = Math.min(Math.max(page, 0), this.pages - 1);
		const from = this.page * PAGE;
		const rows = await this.fetch(this.kind, from, Math.min(PAGE, this.total - from));
		this.place.replaceChildren(this.show(rows));
	}
}
