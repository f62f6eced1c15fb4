// Sealing, as survey/collect/envelope.py does it: every answer of a wave becomes a row of one size
// that only the release officers' key opens, and every comment a row of another size.
import {
  AEAD_AES_256_GCM,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  LabeledExpand,
  LabeledExtract,
} from "hpke";
import { hash, inSymbols, join } from "./bytes.mjs";

const X25519 = { number: 1, key: "publicKey", kem: KEM_DHKEM_X25519_HKDF_SHA256() };
const P256 = {
  number: 2,
  key: "fallbackKey",
  // The library's own object for P-256 differs, of what sealing needs, in these alone; the rest of
  // it restores private keys, which no page has, and would be a tenth of our client.
  kem: {
    ...X25519.kem,
    id: 16,
    suite_id: join("KEM", [0, 16]),
    algorithm: { name: "ECDH", namedCurve: "P-256" },
    Nenc: 65,
  },
};

/** A text, padded with spaces to `length` bytes. */
export function pack(text, length) {
  const packed = new Uint8Array(length).fill(32);
  packed.set(join(text));
  return packed;
}

/** Whether the browser knows X25519; where it does not, answers are sealed to the P-256 key. */
async function suiteOfBrowser() {
  try {
    await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
    return X25519;
  } catch {
    return P256;
  }
}

/**
 * One message in HPKE's base mode (RFC 9180, 5.1 and 5.2), from the library's key encapsulation,
 * derivation and encryption. Its class for whole conversations would be a fifth of our client.
 */
async function sealOnce(kem, publicKey, info, content) {
  const [kdf, aead, none] = [KDF_HKDF_SHA256(), AEAD_AES_256_GCM(), new Uint8Array()];
  const suite = join("HPKE", ...[kem, kdf, aead].map(({ id }) => [id >> 8, id & 255]));
  const extract = (salt, label, secret) => LabeledExtract(kdf, suite, salt, join(label), secret);
  const { shared_secret: shared, enc } = await kem.Encap(publicKey);
  const identity = await extract(none, "psk_id_hash", none);
  const context = join([0], identity, await extract(none, "info_hash", info));
  const secret = await extract(shared, "secret", none);
  const expand = (label, length) => LabeledExpand(kdf, suite, secret, join(label), context, length);
  const key = await expand("key", aead.Nk);
  const nonce = await expand("base_nonce", aead.Nn);
  return join(enc, await aead.Seal(key, nonce, none, content));
}

/**
 * The sealed row: number of the suite, one-time public key, ciphertext; `size` bytes. `about` is
 * what it is besides answers: `/comment/` and a question's id. All comments are in one suite.
 */
export async function seal(text, keys, size = keys.size, about = "") {
  const { number, key, kem } = about ? P256 : await suiteOfBrowser();
  const content = pack(text, size - 1 - kem.Nenc - AEAD_AES_256_GCM().Nt);
  const publicKey = await kem.DeserializePublicKey(keys[key]);
  const info = join("candour/1/", keys.wave, about);
  return join([number], await sealOnce(kem, publicKey, info, content));
}

/** `XXXX-XXXX-XXXX-XXXX`, a hash of the sealed answer. */
export async function receipt(sealed, wave) {
  return inSymbols(await hash("SHA-256", `candour receipt|${wave}|`, sealed));
}
