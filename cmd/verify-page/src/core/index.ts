// What tests use of the core.

export * as bytes from "./bytes.ts";
export * as node from "../node.ts";
export * as cert from "./cert.ts";
export * as constraints from "./constraints.ts";
export * as contents from "./contents.ts";
export * as crl from "./crl.ts";
export * as der from "./der.ts";
export * as findings from "./findings.ts";
export * as hash from "./hash.ts";
export * as identity from "./identity.ts";
export * as json from "./json.ts";
export * as merkle from "./merkle.ts";
export * as ocsp from "./ocsp.ts";
export * as path from "./path.ts";
export * as printable from "./printable.ts";
export * as report from "./report.ts";
export * as sign from "./sign.ts";
export * as time from "./time.ts";
export * as token from "./token.ts";
export * as verify from "./verify.ts";
export * as entry from "./entry.ts";
export * as ui from "../ui/cyrillic.ts";
