// Certificates and lists under no signature must be needed (timestamp.md §7).

import { type Bytes, hex } from "./bytes.ts";
import { type Certificate, parseCertificate } from "./cert.ts";
import { parseCrl } from "./crl.ts";
import { sha256 } from "./hash.ts";
import { parseAnswer } from "./ocsp.ts";
import { type Paths, selfIssued } from "./path.ts";

/** What a file holds beside the certificate of its own signer. */
export interface Held {
	where: string;
	own: string;
	certificates: Bytes[];
	crls: Bytes[];
	answers: Bytes[];
}

/** What is needed: grown from accepted paths, and from signers' and authorities' certificates upwards. */
export class Needed {
	private readonly used = new Map<string, Certificate>();

	constructor(private readonly paths: Paths) {}

	/** `accepted`: certificates of accepted paths; `roots`: those of signers and authorities. */
	async grow(accepted: Certificate[], roots: Certificate[]): Promise<void> {
		for (const c of accepted) this.used.set(c.fingerprint, c);
		const todo = new Map([...accepted, ...roots].map((c) => [c.fingerprint, c]));
		for (const c of todo.values()) {
			for (const issuer of this.paths.issuersOf(c)) {
				if (this.used.has(issuer.fingerprint)) continue;
				if (!(await this.paths.signedBy(c, issuer)) || !(await this.ends(issuer))) continue;
				this.used.set(issuer.fingerprint, issuer);
				// a Map's values() goes on to what is added while it runs
				todo.set(issuer.fingerprint, issuer);
			}
		}
	}

	/** An anchor, signed by itself, or issued by one that is at hand. */
	private async ends(c: Certificate): Promise<boolean> {
		if (this.paths.isAnchor(c)) return true;
		if (selfIssued(c) && (await this.paths.signedBy(c, c))) return true;
		for (const above of this.paths.issuersOf(c)) if (await this.paths.signedBy(c, above)) return true;
		return false;
	}

	async covers(h: Held): Promise<boolean> {
		for (const der of h.certificates) {
			const c = parseCertificate(der);
			if (c === null || (c.fingerprint !== h.own && !this.used.has(c.fingerprint))) return false;
		}
		for (const der of h.crls) if (!(await this.listNeeded(der))) return false;
		for (const der of h.answers) if (!(await this.answerNeeded(der))) return false;
		return true;
	}

	private known(): Certificate[] {
		return [...this.used.values(), ...this.paths.material.anchors];
	}

	/** Its certificates stand under no signature: the delegate, or what is needed anyway. */
	private async answerNeeded(der: Bytes): Promise<boolean> {
		const answer = parseAnswer(der);
		if (answer === null) return false;
		const known = new Set(this.known().map((c) => c.fingerprint));
		if (answer.delegate !== null) known.add(answer.delegate.fingerprint);
		if (!answer.certificates.every((c) => known.has(hex(sha256(c))))) return false;
		for (const c of this.known()) if (await this.paths.answersFor(answer, c)) return true;
		return false;
	}

	private async listNeeded(der: Bytes): Promise<boolean> {
		const list = parseCrl(der);
		if (list === null) return false;
		for (const c of this.known()) {
			if (hex(c.subject) === hex(list.issuer) && (await this.paths.authentic(list, c))) return true;
		}
		return false;
	}
}
