// Name constraints (RFC 5280 §4.2.1.10), of directory names only (verify.md §5.2).

import { type Bytes, equal, latin1 } from "./bytes.ts";
import { type Certificate, EXT, extensionElement, names, twice } from "./cert.ts";
import { SEQ, SET, type Tlv, children, demand, element, only } from "./der.ts";

const DIRECTORY_NAME = 0xa4;
const TEXT = new Set([0x0c, 0x13, 0x16]);

/** RDNs of a Name, each a list of types and values. */
function rdns(name: Tlv): { type: Bytes; value: Tlv }[][] {
	names(name);
	return children(name.body).map((rdn) => {
		demand(rdn.tag === SET);
		return children(rdn.body).map((pair) => {
			const [type, value] = children(pair.body);
			return { type: type.raw, value };
		});
	});
}

/** One case, blanks between words one each, none at the ends. */
function folded(v: Tlv): string {
	return latin1(v.body).replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(/^ +| +$/g, "").replace(/ +/g, " ");
}

function sameValue(a: Tlv, b: Tlv): boolean {
	return TEXT.has(a.tag) && TEXT.has(b.tag) ? folded(a) === folded(b) : equal(a.raw, b.raw);
}

function within(name: Tlv, subtree: Tlv): boolean {
	const a = rdns(name);
	const b = rdns(subtree);
	return b.length <= a.length && b.every((rdn, i) => rdn.length === a[i].length &&
		rdn.every((p, k) => equal(p.type, a[i][k].type) && sameValue(p.value, a[i][k].value)));
}

/** The directory names of subtrees; NotDer for any that is another. */
function subtrees(body: Bytes): Tlv[] {
	const all = children(body);
	demand(all.length > 0);
	return all.map((t) => {
		demand(t.tag === SEQ);
		return only(only(t.body, DIRECTORY_NAME).body, SEQ);
	});
}

/** Names of a certificate that constraints bear on: its subject, unless empty, and directoryNames beside it. */
function bound(c: Certificate): Tlv[] {
	demand(!twice(c, EXT.subjectAltName));
	const subject = element(c.subject, 0);
	const out = subject.body.length > 0 ? [subject] : [];
	const alt = extensionElement(c, EXT.subjectAltName, SEQ);
	if (alt === null) return out;
	const all = children(alt.body);
	demand(all.length > 0);
	return [...out, ...all.filter((t) => t.tag === DIRECTORY_NAME).map((t) => only(t.body, SEQ))];
}

/** Whether every certificate in `below` satisfies what `c` constrains; NotDer where something does not decode. */
export function namesAllowed(c: Certificate, below: Certificate[]): boolean {
	const value = extensionElement(c, EXT.nameConstraints, SEQ);
	if (value === null) return true;
	const parts = children(value.body);
	const permitted = parts[0]?.tag === 0xa0 ? subtrees(parts.shift()!.body) : null;
	const excluded = parts[0]?.tag === 0xa1 ? subtrees(parts.shift()!.body) : [];
	demand(parts.length === 0);
	return below.flatMap(bound).every((name) =>
		(permitted === null || permitted.some((s) => within(name, s))) && !excluded.some((s) => within(name, s)));
}
