// Ed25519 signers: the one that a code stands for, and one that is used once.
import { fromText, join } from "./bytes.mjs";

const ALGORITHM = "Ed25519";

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
 * The signer that a code stands for in one wave, as public_half in codes.py derives it: the code
 * itself never leaves the page. `half` is the public half, 32 bytes.
 */
export async function signerOfCode(raw, wave) {
  const { subtle } = crypto;
  const material = await subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  const info = join("candour/1/code/", wave);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const seed = new Uint8Array(await subtle.deriveBits(derivation, material, 256));
  const encoded = join(PKCS8, seed);
  // Exported once, because WebCrypto gives the public half of a private key in no other way.
  const key = await subtle.importKey("pkcs8", encoded, ALGORITHM, true, ["sign"]);
  return signer(key, fromText((await subtle.exportKey("jwk", key)).x));
}

/** A fresh signer for one sending; its private half cannot leave the browser. */
export async function oneTimeSigner() {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const half = await crypto.subtle.exportKey("raw", pair.publicKey);
  return signer(pair.privateKey, new Uint8Array(half));
}
