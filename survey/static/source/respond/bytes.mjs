// Bytes as the protocol writes them: joined, in base64url, as numbers, in Crockford's base 32.

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** One array of all the parts; texts are taken in UTF-8. */
export function join(...parts) {
  const encoder = new TextEncoder();
  const bytes = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const joined = new Uint8Array(bytes.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of bytes) {
    joined.set(part, place);
    place += part.length;
  }
  return joined;
}

/** Base64url without padding. */
export function toText(bytes) {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/** Reads base64url, with or without padding; throws when it is none. */
export function fromText(text) {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
}

/** The bytes as one number, the highest first. */
export function toNumber(bytes) {
  let hex = "0x";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return BigInt(hex);
}

/** `length` bytes of a number, the highest first. */
export function fromNumber(number, length) {
  const hex = number.toString(16).padStart(2 * length, "0");
  return Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
}

/** The first ten bytes of a digest as `XXXX-XXXX-XXXX-XXXX`. */
export function inSymbols(digest) {
  const number = toNumber(digest.subarray(0, 10));
  const symbols = Array.from(
    { length: 16 },
    (_, place) => ALPHABET[Number((number >> BigInt(75 - 5 * place)) & 31n)],
  );
  return inFours(symbols.join(""));
}

export function inFours(symbols) {
  return symbols.match(/.{4}/g).join("-");
}

/** SHA-256 or another hash of the joined parts. */
export async function hash(name, ...parts) {
  return new Uint8Array(await crypto.subtle.digest(name, join(...parts)));
}
