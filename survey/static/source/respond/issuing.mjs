// Asking the issuer: whether a code can be used, and to sign a one-time key that it cannot see. The
// code itself never leaves the page.
import { postBytes, Told, told } from "./asking.mjs";
import { blind } from "./blinding.mjs";
import { fromText, join } from "./bytes.mjs";
import { rawOf } from "./codes.mjs";
import { signerOfCode } from "./signing.mjs";

/** What is signed for a one-time key, blinded: the token is that key and this signature. */
export function messageOf(wave, half) {
  return join("candour token|", wave, "|", half);
}

/** Where the issuer of a wave answers: on this site, unless the page names another. */
function issuer(wave, words) {
  return `${words.issuer ?? ""}/issue/${wave}`;
}

/** What the code's key says, with the half of it that the issuer knows. */
async function signed(code, wave, ...parts) {
  const { half, sign } = await signerOfCode(rawOf(code), wave);
  return { half, proof: await sign(...parts) };
}

/** Problems with a code, asked without spending it; null when there is no connection. */
export async function codeProblems(code, wave, words) {
  const asked = await signed(code, wave, "candour check|", wave);
  const reply = await postBytes(`${issuer(wave, words)}/check`, asked);
  if (!reply || reply.status >= 500) return null;
  const { usable, error } = reply.content;
  return usable === true ? [] : aboutCode(error ?? words.unusable);
}

/** One problem with the code. */
export function aboutCode(text) {
  return [{ href: "#code", text }];
}

/**
 * The way from a code to a ticket: gives a function that redeems the code, and asks for the same
 * token however often it is called. That one gives `oneTime` with its `token`, null when the issuer
 * refuses the code, or throws Told.
 */
export async function redeeming(code, oneTime, { wave, modulus }, words) {
  const { blinded, finish } = await blind(messageOf(wave, oneTime.half), modulus);
  let ticket = null;
  return async (onWaiting) => {
    if (ticket) return ticket;
    const asked = await signed(code, wave, "candour redeem|", wave, "|", blinded);
    const reply = await told(issuer(wave, words), { ...asked, blinded }, words, onWaiting);
    if (!reply) return null;
    try {
      ticket = { ...oneTime, token: join(oneTime.half, finish(fromText(reply.signature))) };
    } catch {
      throw new Told(words.wrongSignature);
    }
    return ticket;
  };
}
