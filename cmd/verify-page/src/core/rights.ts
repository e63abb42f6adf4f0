// Who may write what, and in which order (format.md §4, "The right to write").

import { ACTIONS, type Entry } from "./entry.ts";
import { Stop } from "./findings.ts";

const MAX_SIGNERS = 1024;

interface Transfer {
	certificate: string | null;
	signer: string;
	answered: boolean;
}

/** A certificate named by another signer's entry; `counts` once a transfer was answered. */
export interface Introduction {
	by: string;
	certificate: string;
}

export interface Disclosure {
	extent: string;
}

export class Rights {
	private custodians = new Set<string>();
	private colleagues = new Set<string>();
	private witnesses = new Set<string>();
	private transfers = new Map<string, Transfer[]>();
	private closed = false;
	private before: Entry | null = null;
	private readonly signers = new Set<string>();
	readonly introductions: Introduction[] = [];
	/** Every `disclose` so far, by seq. */
	readonly disclosures = new Map<number, Disclosure>();

	/** Throws RIGHT_TO_WRITE or ACTION_ORDER; else takes the entry in. */
	check(e: Entry): void {
		const where = String(e.seq);
		this.signers.add(e.certificate);
		if (this.signers.size > MAX_SIGNERS) throw new Stop("RIGHT_TO_WRITE", where);
		const answers = e.action === "receive" || e.action === "refuse";
		const transfer = answers ? this.answered(e) : null;
		if (e.seq > 1 && (answers ? transfer === null : !this.mayWrite(e))) {
			throw new Stop("RIGHT_TO_WRITE", where);
		}
		if (!this.inOrder(e)) throw new Stop("ACTION_ORDER", where);
		this.take(e, transfer);
		this.before = e;
	}

	private mayWrite(e: Entry): boolean {
		if (this.custodians.has(e.certificate)) return true;
		if (this.colleagues.has(e.certificate) && e.action !== "admit" && e.action !== "transfer") return true;
		return this.witnesses.has(e.certificate) && e.action === "note";
	}

	private answered(e: Entry): Transfer | null {
		const open = this.transfers.get(e.details.get("transferId") as string) ?? [];
		return open.find((t) => !t.answered &&
			(t.certificate === null || t.certificate === e.certificate)) ?? null;
	}

	private inOrder(e: Entry): boolean {
		if ((e.action === "open") !== (e.seq === 1)) return false;
		if (e.action === "receive" && this.before?.action !== "seal") return false;
		if (this.closed && !ACTIONS[e.action].late) return false;
		return e.action !== "seal" || this.sealFits(e);
	}

	/** Without `disclose` a seal is whole; else it names an earlier one of the same extent. */
	private sealFits(e: Entry): boolean {
		const named = e.details.get("disclose") as number | null;
		const extent = e.details.get("extent");
		return named === null ? extent === "whole" : this.disclosures.get(named)?.extent === extent;
	}

	private take(e: Entry, transfer: Transfer | null): void {
		const named = e.details.get("certificate") as string | null;
		if (transfer) {
			transfer.answered = true;
			if (transfer.certificate !== null) {
				this.introductions.push({ by: transfer.signer, certificate: transfer.certificate });
			}
		}
		switch (e.action) {
			case "open": this.begin(e.certificate); break;
			case "close": this.closed = true; break;
			case "receive": this.begin(e.certificate); break;
			case "admit": this.admit(e, named!); break;
			case "disclose": this.disclosures.set(e.seq, { extent: e.details.get("extent") as string }); break;
			case "transfer": this.offer(e, named); break;
		}
	}

	private begin(custodian: string): void {
		this.custodians = new Set([custodian]);
		this.colleagues = new Set();
		this.witnesses = new Set();
		this.transfers = new Map();
		this.closed = false;
	}

	private admit(e: Entry, certificate: string): void {
		const as = e.details.get("as");
		const group = as === "colleague" ? this.colleagues : as === "witness" ? this.witnesses : this.custodians;
		group.add(certificate);
		this.introductions.push({ by: e.certificate, certificate });
	}

	private offer(e: Entry, certificate: string | null): void {
		const id = e.details.get("transferId") as string;
		const list = this.transfers.get(id) ?? [];
		list.push({ certificate, signer: e.certificate, answered: false });
		this.transfers.set(id, list);
	}
}
