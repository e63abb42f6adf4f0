// Signature algorithms of certificates, revocation lists and tokens (verify.md §5.2, timestamp.md §2), by their exact bytes.

import { type Bytes, hex } from "./bytes.ts";
import { type Certificate, type Key, readKey } from "./cert.ts";
import { INT, NULL, SEQ, oid, write } from "./der.ts";
import { type Arithmetic, type Scheme, verifyValue } from "./sign.ts";

export type Sha2 = "SHA-256" | "SHA-384" | "SHA-512";
export interface Algorithm {
	scheme: Scheme;
	hash: Sha2;
}

const seq = (...p: Bytes[]): Bytes => write(SEQ, ...p);
const NOTHING = write(NULL);

const HASHES: [Sha2, Bytes, number][] = [
	["SHA-256", oid("2.16.840.1.101.3.4.2.1"), 32],
	["SHA-384", oid("2.16.840.1.101.3.4.2.2"), 48],
	["SHA-512", oid("2.16.840.1.101.3.4.2.3"), 64],
];

/** Digest algorithms by the hexadecimal of their OBJECT IDENTIFIER. */
export const DIGESTS = new Map(HASHES.map(([name, id]) => [hex(id), name]));

function pss(id: Bytes, salt: number): Bytes {
	const hash = seq(id);
	return seq(oid("1.2.840.113549.1.1.10"), seq(
		write(0xa0, hash), write(0xa1, seq(oid("1.2.840.113549.1.1.8"), hash)), write(0xa2, write(INT, Uint8Array.of(salt))),
	));
}

const KNOWN = new Map<string, Algorithm>(HASHES.flatMap(([hash, id, salt], i): [string, Algorithm][] => [
	[hex(seq(oid(`1.2.840.113549.1.1.${11 + i}`), NOTHING)), { scheme: "pkcs1", hash }],
	[hex(seq(oid(`1.2.840.10045.4.3.${2 + i}`))), { scheme: "ecdsa", hash }],
	[hex(pss(id, salt)), { scheme: "pss", hash }],
]));
const RSA = hex(seq(oid("1.2.840.113549.1.1.1"), NOTHING));

/** Of an AlgorithmIdentifier that names its digest; null for any other. */
export function namedAlgorithm(raw: Bytes): Algorithm | null {
	return KNOWN.get(hex(raw)) ?? null;
}

/** Of a token whose SignerInfo says `digest`. */
export function tokenAlgorithm(raw: Bytes, digest: Sha2): Algorithm | null {
	const id = hex(raw);
	if (id === RSA) return { scheme: "pkcs1", hash: digest };
	const found = KNOWN.get(id);
	return found?.hash === digest ? found : null;
}

/** A key that may vouch for others, or null. */
export function vouchingKey(c: Certificate): Key | null {
	const key = readKey(c, true);
	return typeof key === "string" ? null : key;
}

/** Whether the value over `signed` verifies with this key; a scheme of another kind of key never does. */
export async function verifies(math: Arithmetic, key: Key | null, a: Algorithm | null, value: Bytes, signed: Bytes): Promise<boolean> {
	if (key === null || a === null || (key.kind === "ec") !== (a.scheme === "ecdsa")) return false;
	return verifyValue(math, key, a.scheme, a.hash, value, signed, false);
}
