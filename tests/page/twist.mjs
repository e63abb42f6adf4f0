// Logs twisted before they are signed: what follows from the twist (roots, links, digests, signatures, lists) is made after it.
import { build, canonical, copyModel, randomModel, ring, unzip, zip } from "./maker.mjs";
import { bytesMutant, derMutant, filesMutant, textMutant } from "./mutate.mjs";

const ODD = [null, true, 0, 1, 2, 3, 99, 2 ** 32, 2 ** 53 - 1, "", "x", "1/1", "1/2", "2/1", "2/9", "0/1", "01/1", "seal", "whole", "extract", "none",
	[], {}, "é", "\u202e", "2026-11-22T03:04:05.678Z", "2026-02-30T03:04:05.678Z", "libevidence-custody-2", "0".repeat(64), "A".repeat(22), "B".repeat(22)];

/** A member of an object put otherwise, left out or added. */
function twistObject(r, o) {
	const name = r.pick(Object.keys(o));
	switch (r.below(6)) {
		case 0: delete o[name]; break;
		case 1: o[r.pick(["x", "zz", "role", "exhibit", "nameBytes", "value", "withheld", "hashes", "__proto__2"])] = r.pick(ODD); break;
		case 2: if (o[name] !== null && typeof o[name] === "object" && !Array.isArray(o[name]) && Object.keys(o[name]).length > 0) {
			o[name] = { ...o[name] };
			twistObject(r, o[name]);
			break;
		}
		// falls through
		case 3: if (typeof o[name] === "string" && o[name].length > 0) {
			o[name] = textMutant(r, Buffer.from(o[name])).toString("latin1");
			break;
		}
		// falls through
		case 4: if (typeof o[name] === "number") {
			o[name] = Math.max(0, o[name] + r.pick([-1, 1, 2]));
			break;
		}
		// falls through
		default: o[name] = r.pick(ODD);
	}
}

/** A token altered in one way: before it was signed, after, or in its time. */
function oddToken(r) {
	const twisted = (b) => (r.chance(0.6) ? derMutant(r, b) : bytesMutant(r, b));
	return r.pick([{}, { info: twisted }, { info: twisted }, { attributes: twisted }, { attributes: (b) => derMutant(r, b) }, { whole: twisted }, { whole: (b) => derMutant(r, b) },
		{ time: textMutant(r, Buffer.from("20261122110000Z")).toString("latin1") }, { time: r.pick(["20260101000000Z", "20261122120500Z", "20261122120501Z", "20261122110000.5Z", "20261122110000.50Z"]) }]);
}

/** A twist of the model, or a hook for the building of it. */
function twist(r, m, hooks) {
	const e = r.pick(m.entries);
	const one = (f) => (a, b) => ((b ?? e) === e ? f(a) : undefined);
	const lines = (f) => (l, x) => { if (x === e) f(l); };
	switch (r.below(34)) {
		case 0: hooks.entry = one((j) => twistObject(r, j)); break;
		case 1: hooks.entry = one((j) => { j.details = { ...j.details }; if (Object.keys(j.details).length > 0) twistObject(r, j.details); }); break;
		case 2: e.action = r.pick(m.entries).action; break;
		case 3: e.signer = r.below(7); break;
		case 4: case 5: twistObject(r, r.pick(e.records)); break;
		case 6: e.records.splice(r.below(e.records.length), 1); if (e.records.length === 0) e.records.push({ x: 1 }); break;
		case 7: e.records.push({ ...r.pick(e.records) }); break;
		case 8: e.records.push({ ...r.pick(e.records), id: `${e.seq}/${e.records.length + 1}` }); break;
		case 9: hooks.lines = lines((l) => l.out.splice(r.below(l.out.length), r.below(2), r.pick(l.out))); break;
		case 10: hooks.lines = lines((l) => { const i = r.below(l.out.length); l.out[i] = bytesMutant(r, l.out[i]); }); break;
		case 11: hooks.lines = lines((l) => { l.out[r.below(l.out.length)] = Buffer.from(canonical({ hashes: ["0".repeat(64)], withheld: [r.below(4), r.below(5)] })); }); break;
		case 12: hooks.lines = lines((l) => { l.count += r.pick([-1, 1, 2]); }); break;
		case 13: hooks.entryBytes = one((b) => bytesMutant(r, b)); break;
		case 14: hooks.p7s = one((b) => (r.chance(0.5) ? bytesMutant : derMutant)(r, b)); break;
		case 15: hooks.p7s = (b, x) => (x === e ? (m.other ?? b) : void (m.other = b)); break;
		case 16: hooks.signing = one(() => r.pick([{ highS: true }, { token: {} }, { algorithm: ring()[6].algorithm }, { algorithm: ring()[5].algorithm }])); break;
		case 17: hooks.sealing = r.pick([{ highS: true }, { token: {} }, { algorithm: ring()[0].algorithm }]); break;
		case 18: hooks.sealP7s = (b) => (r.chance(0.4) ? bytesMutant : derMutant)(r, b); break;
		case 19: hooks.sealer = r.below(7); break;
		case 20: hooks.files = (files) => {
			const names = [...files.keys()];
			const n = r.pick(names);
			if (r.chance(0.4)) files.delete(n);
			else if (r.chance(0.6)) files.set(n, bytesMutant(r, files.get(n)));
			else files.set(textMutant(r, Buffer.from(n)).toString("latin1"), files.get(n));
		}; break;
		case 21: hooks.tags = (files, base) => {
			const n = base + r.pick(["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]);
			if (r.chance(0.3)) files.delete(n);
			else files.set(n, textMutant(r, files.get(n)));
		}; break;
		case 22: hooks.manifest = (b) => bytesMutant(r, b); break;
		case 23: m.entries.splice(r.below(m.entries.length), 1); break;
		// attributes of another form, signed as they then are
		case 24: hooks.signing = one(() => ({ attributes: (b) => derMutant(r, b) })); break;
		case 25: hooks.sealing = { attributes: (b) => derMutant(r, b) }; break;
		case 26: case 27: case 28: case 29: hooks.sealing = { token: oddToken(r) }; break;
		default: {
			const odd = oddToken(r);
			hooks.token = () => odd;
		}
	}
}

let model = null;

/** The next log begins anew: the ring of keys is another one. */
export function forgetModel() {
	model = null;
}

export function modelMutant(r) {
	for (;;) {
		if (model === null || r.chance(0.05)) model = randomModel(r);
		const m = copyModel(model, r);
		const hooks = {};
		for (let n = r.chance(0.1) ? 0 : r.chance(0.75) ? 1 : 2; n > 0 && m.entries.length > 0; n--) twist(r, m, hooks);
		if (m.entries.length === 0) continue;
		try {
			const files = build(m, hooks);
			return zip(r.chance(0.95) ? files : unzip(filesMutant(r, zip(files))));
		} catch {
			// Some twists leave nothing that could be built; another takes their place.
		}
	}
}
