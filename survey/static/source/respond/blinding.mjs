// The client of RFC 9474, RSABSSA-SHA384-PSS-Deterministic: the issuer signs a one-time key without
// seeing it. The exponent is always 65537.
import { fromNumber, hash, join, toNumber, toText } from "./bytes.mjs";

export const SALT_BYTES = 48;
const HASH = "SHA-384";
const HASH_BYTES = 48;

function power65537(base, modulus) {
  let value = base;
  for (let step = 0; step < 16; step += 1) value = (value * value) % modulus;
  return (value * base) % modulus;
}

/** The inverse of `value`; throws when there is none. */
function inverse(value, modulus) {
  let [a, b, x, y] = [value, modulus, 1n, 0n];
  while (b) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  if (a !== 1n) throw new Error();
  return ((x % modulus) + modulus) % modulus;
}

async function mask(seed, length) {
  const blocks = [];
  for (let block = 0; block * HASH_BYTES < length; block += 1) {
    blocks.push(await hash(HASH, seed, [0, 0, 0, block]));
  }
  return join(...blocks).subarray(0, length);
}

/** EMSA-PSS-ENCODE (RFC 8017, 9.1.1) for a modulus of `bits` bits, a multiple of eight. */
export async function encode(message, salt, bits) {
  const digest = await hash(HASH, new Uint8Array(8), await hash(HASH, message), salt);
  const filling = new Uint8Array(bits / 8 - HASH_BYTES - salt.length - 2);
  const block = join(filling, [1], salt);
  const masked = (await mask(digest, block.length)).map((byte, place) => byte ^ block[place]);
  masked[0] &= 127;
  return join(masked, digest, [188]);
}

/** A number below the modulus, each as likely as any other. */
function random(bytes, modulus) {
  for (;;) {
    const number = toNumber(crypto.getRandomValues(new Uint8Array(bytes)));
    if (number && number < modulus) return number;
  }
}

/**
 * Blinds a message for the key with this modulus (bytes). Gives `blinded` to be signed and
 * `finish`, which makes the signature of the message from the blind one, or throws when it is none.
 */
export async function blind(message, modulusBytes, salt = null, factor = null) {
  const size = modulusBytes.length;
  const modulus = toNumber(modulusBytes);
  const own = salt ?? crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const encoded = toNumber(await encode(message, own, 8 * size));
  inverse(encoded, modulus);
  const r = factor ?? random(size, modulus);
  const unblinding = inverse(r, modulus);
  return {
    blinded: fromNumber((encoded * power65537(r, modulus)) % modulus, size),
    finish(blindSignature) {
      const signature = (toNumber(blindSignature) * unblinding) % modulus;
      const fits = blindSignature.length === size && power65537(signature, modulus) === encoded;
      if (!fits) throw new Error();
      return fromNumber(signature, size);
    },
  };
}

/** Whether a finished signature of a message is this key's. */
export async function isSigned(message, signature, modulusBytes) {
  const algorithm = { name: "RSA-PSS", hash: HASH, saltLength: SALT_BYTES };
  const written = { kty: "RSA", e: "AQAB", n: toText(modulusBytes) };
  const key = await crypto.subtle.importKey("jwk", written, algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm, key, signature, message);
}
