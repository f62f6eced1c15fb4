// The public keys of a wave as the document carries them, and the fingerprint that pins them.
import { fromText, hash, inSymbols, toNumber } from "./bytes.mjs";

const MODULUS_BITS = 3072n;

/**
 * The wave's keys from the data attributes of the form; null when they are not three keys of the
 * right kind and length. A modulus has exactly 3072 bits: another length could mark a person.
 */
export function keysOf({ wave, publicKey, fallbackKey, modulus, size }) {
  try {
    const keys = {
      wave,
      publicKey: fromText(publicKey),
      fallbackKey: fromText(fallbackKey),
      modulus: fromText(modulus),
      size: Number(size),
    };
    const fit =
      keys.publicKey.length === 32 &&
      keys.fallbackKey.length === 65 &&
      keys.modulus.length === 384 &&
      toNumber(keys.modulus) >> (MODULUS_BITS - 1n) === 1n;
    return fit ? keys : null;
  } catch {
    return null;
  }
}

/** `XXXX-XXXX-XXXX-XXXX`, as it is printed on every card. */
export async function fingerprintOf({ wave, publicKey, fallbackKey, modulus }) {
  const name = `candour fingerprint|${wave}|`;
  return inSymbols(await hash("SHA-256", name, publicKey, fallbackKey, modulus));
}
