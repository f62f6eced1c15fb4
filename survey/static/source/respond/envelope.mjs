// Sealing, as survey/collect/envelope.py does it: every answer of a wave becomes a row of one size
// that only the release officers' key opens.
import {
  AEAD_AES_256_GCM,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_DHKEM_P256_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
} from "hpke";
import { hash, inSymbols, join } from "./bytes.mjs";

const TAG_BYTES = 16;
const X25519 = { number: 1, kem: KEM_DHKEM_X25519_HKDF_SHA256, key: "publicKey", enc: 32 };
const P256 = { number: 2, kem: KEM_DHKEM_P256_HKDF_SHA256, key: "fallbackKey", enc: 65 };

/** Answers as JSON, padded with spaces to `length` bytes. */
export function pack(answers, length) {
  const sorted = Object.fromEntries(Object.entries(answers).sort());
  const packed = new Uint8Array(length).fill(32);
  packed.set(join(JSON.stringify(sorted)));
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

/** The sealed row: number of the suite, one-time public key, ciphertext; `keys.size` bytes. */
export async function seal(answers, keys) {
  const { number, kem, key, enc } = await suiteOfBrowser();
  const suite = new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const publicKey = await suite.DeserializePublicKey(keys[key]);
  const content = pack(answers, keys.size - 1 - enc - TAG_BYTES);
  const info = join("candour/1/", keys.wave);
  const sealed = await suite.Seal(publicKey, content, { info });
  return join([number], sealed.encapsulatedSecret, sealed.ciphertext);
}

/** `XXXX-XXXX-XXXX-XXXX`, a hash of the sealed answer. */
export async function receipt(sealed, wave) {
  return inSymbols(await hash("SHA-256", `candour receipt|${wave}|`, sealed));
}
