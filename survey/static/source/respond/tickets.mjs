// A ticket: a token and the key that sends with it, as a file. It answers once, without a code and
// from any device. survey/collect/tickets.py writes and reads the same files.
import { isSigned } from "./blinding.mjs";
import { fromText, toText } from "./bytes.mjs";
import { say } from "./filling.mjs";
import { messageOf } from "./issuing.mjs";
import { KEY_BYTES, signerOfSeed } from "./signing.mjs";

const WHAT = "candour-ticket";
const VERSION = 1;
const LONGEST = 4096;

/** The text of the file; `about` says in a sentence what it is. */
export function textOf(ticket, { about, wave, site, fingerprint }) {
  const [key, token] = [ticket.seed, ticket.token].map(toText);
  const what = { what: WHAT, version: VERSION, about: say(about, { survey: `${site}/survey/${wave}` }) };
  return `${JSON.stringify({ ...what, wave, site, fingerprint, key, token }, null, 2)}\n`;
}

/**
 * Reads a ticket for the wave of these keys, whose fingerprint is `print`; sends nothing. Gives
 * {sign, token}, or {problem} with a sentence, or {otherKeys} with the fingerprint that it names.
 */
export async function readTicket(file, keys, print, words) {
  const content = file.size > LONGEST ? null : await file.text().then(JSON.parse).catch(() => null);
  if (content?.what !== WHAT || content.version !== VERSION) return { problem: words.noTicket };
  const { wave, site, fingerprint, key, token } = content;
  const damaged = { problem: words.damagedTicket };
  if (![wave, site, fingerprint, key, token].every((text) => typeof text === "string")) {
    return damaged;
  }
  if (wave !== keys.wave) return { problem: words.otherWave };
  if (fingerprint !== print) {
    const here = site.endsWith(`//${location.host}`);
    return here ? { otherKeys: fingerprint } : { problem: words.otherSite };
  }
  try {
    const read = fromText(token);
    const { half, sign } = await signerOfSeed(fromText(key));
    const message = messageOf(wave, half);
    const fits =
      toText(read.subarray(0, KEY_BYTES)) === toText(half) &&
      (await isSigned(message, read.subarray(KEY_BYTES), keys.modulus));
    return fits ? { sign, token: read } : damaged;
  } catch {
    return damaged;
  }
}
