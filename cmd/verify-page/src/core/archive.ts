// Archive time-stamps: which files there are, and what their manifests must be (timestamp.md §6).

import { base64, type Bytes } from "./bytes.ts";

export const MANIFEST = "META-INF/ASiCManifest001.xml";
export const SIGNATURE = "META-INF/signature001.p7s";
export const SHA256_URI = "http://www.w3.org/2001/04/xmlenc#sha256";

export function tokenName(n: number): string {
	return `META-INF/timestamp${String(n).padStart(3, "0")}.tst`;
}

/** Its name once a newer one was made. */
function numbered(n: number): string {
	return `META-INF/ASiCArchiveManifest${String(n).padStart(3, "0")}.xml`;
}

export function manifestName(n: number, newest: number): string {
	return n === newest ? "META-INF/ASiCArchiveManifest.xml" : numbered(n);
}

/** The highest number of an archive token, 0 if there is none. */
export function newestToken(names: string[]): number {
	let most = 0;
	for (const name of names) {
		const m = /^META-INF\/timestamp0(\d\d)\.tst$/.exec(name);
		if (m && Number(m[1]) > most) most = Number(m[1]);
	}
	return most;
}

export function reference(name: string, digest: Bytes, more = ""): string {
	return `<asic:DataObjectReference URI="${name}"${more}><ds:DigestMethod Algorithm="${SHA256_URI}"/>` +
		`<ds:DigestValue>${base64(digest)}</ds:DigestValue></asic:DataObjectReference>\n`;
}

export function opening(target: string, type: string): string {
	return '<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest ' +
		'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n' +
		`<asic:SigReference URI="${target}" MimeType="${type}"/>\n`;
}

export const CLOSING = "</asic:ASiCManifest>\n";

/**
 * Lines of manifest n about META-INF, in order; null if a file that it lists is missing. `digest` gives that of a file as it
 * stands, null if it is not there.
 */
export function metaLines(n: number, newest: number, digest: (name: string) => Bytes | null): string | null {
	const listed: [name: string, standsAs: string, more: string][] = [];
	for (let m = 1; m < n; m++) listed.push([numbered(m), manifestName(m, newest), m === n - 1 ? ' Rootfile="true"' : ""]);
	for (const name of [MANIFEST, SIGNATURE]) listed.push([name, name, ""]);
	for (let m = 1; m < n; m++) listed.push([tokenName(m), tokenName(m), ""]);
	let out = "";
	for (const [name, standsAs, more] of listed) {
		const d = digest(standsAs);
		if (d === null) return null;
		out += reference(name, d, more);
	}
	return out;
}
