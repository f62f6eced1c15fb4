// Bytes as the protocol writes them: joined, in base64url, as numbers, in Crockford's base 32.

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** One array of all the parts; texts are taken in UTF-8. */
export function join(...parts) {
  const encoder = new TextEncoder();
  const read = (part) => (typeof part === "string" ? encoder.encode(part) : part);
  return Uint8Array.from(parts.flatMap((part) => [...read(part)]));
}

/** Base64url without padding. */
export function toText(bytes) {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads base64url, with or without padding; throws when it is none. */
export function fromText(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
}

/** The bytes as one number, the highest first. */
export function toNumber(bytes) {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return BigInt(`0x${hex.join("")}`);
}

/** `length` bytes of a number, the highest first. */
export function fromNumber(number, length) {
  const hex = number.toString(16).padStart(2 * length, "0");
  return Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
}

/** The first ten bytes of a digest as `XXXX-XXXX-XXXX-XXXX`. */
export function inSymbols(digest) {
  const digits = toNumber(digest.subarray(0, 10)).toString(32).padStart(16, "0");
  return inFours(digits.replace(/./g, (digit) => ALPHABET[parseInt(digit, 32)]));
}

export function inFours(symbols) {
  return symbols.match(/.{4}/g).join("-");
}

/** SHA-256 or another hash of the joined parts. */
export async function hash(name, ...parts) {
  return new Uint8Array(await crypto.subtle.digest(name, join(...parts)));
}
