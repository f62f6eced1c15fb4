// Ed25519 signers: the one that a code stands for, and one that is used once.
import { fromText, join } from "./bytes.mjs";

const ALGORITHM = "Ed25519";
export const KEY_BYTES = 32;

// What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410).
const PKCS8 = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

function signer(privateKey, half) {
  return {
    half,
    sign: async (...parts) =>
      new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, join(...parts))),
  };
}

/**
 * The signer with this private key, 32 bytes; `half` is its public half, 32 bytes. Its key cannot
 * leave the browser; a twin is exported once, because WebCrypto tells the half in no other way.
 */
export async function signerOfSeed(seed) {
  const { subtle } = crypto;
  const read = (extractable) =>
    subtle.importKey("pkcs8", join(PKCS8, seed), ALGORITHM, extractable, ["sign"]);
  const { x } = await subtle.exportKey("jwk", await read(true));
  return signer(await read(false), fromText(x));
}

/**
 * The signer that a code stands for in one wave, as public_half in codes.py derives it: the code
 * itself never leaves the page.
 */
export async function signerOfCode(raw, wave) {
  const { subtle } = crypto;
  const material = await subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  const info = join("candour/1/code/", wave);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return signerOfSeed(new Uint8Array(await subtle.deriveBits(derivation, material, 256)));
}

/** A fresh signer for one sending; its private half cannot leave the browser. */
export async function oneTimeSigner() {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const half = await crypto.subtle.exportKey("raw", pair.publicKey);
  return signer(pair.privateKey, new Uint8Array(half));
}

/** Whether this browser can do what sealed mode needs; never outside a secure context. */
export async function canSeal() {
  try {
    await oneTimeSigner();
    return true;
  } catch {
    return false;
  }
}
