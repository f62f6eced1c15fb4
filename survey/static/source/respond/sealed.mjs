// Sealed mode: answers are folded and sealed in the page, and the code never leaves it. Whatever a
// sending needs to be repeated is kept in the tab's memory and nowhere else.
import { postBytes, Told, untilAnswered } from "./asking.mjs";
import { blind } from "./blinding.mjs";
import { fromText, join } from "./bytes.mjs";
import { answerProblems, answersOf, checkPage, commentsOf } from "./checking.mjs";
import { rawOf } from "./codes.mjs";
import { receipt, seal } from "./envelope.mjs";
import { page } from "./filling.mjs";
import { fold, written } from "./folding.mjs";
import { oneTimeSigner, signerOfCode } from "./signing.mjs";

/** Whether this browser can do what sealed mode needs; never outside a secure context. */
export async function canSeal() {
  try {
    await oneTimeSigner();
    return true;
  } catch {
    return false;
  }
}

/** The mode as respond.js uses it; `survey` is the title of the survey's pages. */
export function sealedMode(form, keys, survey) {
  const { wave, modulus } = keys;
  const words = form.dataset;
  const issuer = `${words.issuer ?? ""}/issue/${wave}`;
  const folding = { folds: JSON.parse(words.folds), ticks: JSON.parse(words.ticks) };
  let usable = null;
  let ticket = null;
  let rows = null;

  /** What the code's key says, with the half of it that the issuer knows. */
  async function signed(code, ...parts) {
    const { half, sign } = await signerOfCode(rawOf(code), wave);
    return { half, proof: await sign(...parts) };
  }

  /** Problems with a code, asked without spending it; null when there is no connection. */
  async function codeProblems(code) {
    if (usable === code) return [];
    const asked = await signed(code, "candour check|", wave);
    const reply = await postBytes(`${issuer}/check`, asked);
    if (!reply || reply.status >= 500) return null;
    const { content } = reply;
    if (content.usable !== true) return unusable(content.error);
    usable = code;
    return [];
  }

  function unusable(sentence) {
    return [{ href: "#code", text: sentence ?? words.unusable }];
  }

  /** The check page, or problems; null when there is no connection. */
  async function review(code) {
    const problems = await codeProblems(code);
    if (!problems) return null;
    problems.push(...answerProblems(form));
    return problems.length ? { problems } : checkPage(form, folding.folds, survey);
  }

  /**
   * Seals, redeems the code, sends, and compares the receipt; gives the receipt's page or problems
   * with the code. Sealing comes first: whatever can fail there costs nobody their voice.
   */
  async function send(code, onWaiting) {
    const { sealed, comments, own } = await sealedRows();
    const token = await tokenFor(code, onWaiting);
    if (!token) return { problems: unusable() };
    const proof = await ticket.oneTime.sign("candour send|", wave, "|", sealed, comments);
    const reply = await ask(`/box/${wave}`, { token, sealed, comments, proof }, onWaiting);
    if (reply.receipt !== own) throw new Told(words.otherReceipt);
    return page("receipt-page", survey, { receipt: own, host: location.host });
  }

  /** The content of a reply; null when the code is refused, or throws Told. */
  async function ask(address, named, onWaiting) {
    const { status, content } = await untilAnswered(() => postBytes(address, named), onWaiting);
    if (status === 200) return content;
    if (status === 403 && named.blinded) return null;
    throw new Told(content.error ?? words.refused);
  }

  /**
   * The sealed answers, their receipt, and the sealed comments as one string of bytes; the same ones
   * as long as nothing is changed.
   */
  async function sealedRows() {
    const answers = written(fold(answersOf(form), folding));
    const texts = commentsOf(form);
    const content = answers + JSON.stringify(texts);
    if (rows?.content !== content) {
      const sealed = await seal(answers, keys);
      const comments = await Promise.all(
        texts.map(([id, text]) => seal(text, keys, words.commentSize, `/comment/${id}`)),
      );
      rows = { content, sealed, comments: join(...comments), own: await receipt(sealed, wave) };
    }
    return rows;
  }

  /** The token that the code is redeemed for; null when the issuer refuses the code. */
  async function tokenFor(code, onWaiting) {
    if (ticket?.code !== code) {
      const oneTime = await oneTimeSigner();
      const message = join("candour token|", wave, "|", oneTime.half);
      ticket = { code, oneTime, token: null, ...(await blind(message, modulus)) };
    }
    if (ticket.token) return ticket.token;
    const { blinded, finish, oneTime } = ticket;
    const asked = await signed(code, "candour redeem|", wave, "|", blinded);
    const reply = await ask(issuer, { ...asked, blinded }, onWaiting);
    if (!reply) {
      usable = null;
      return null;
    }
    try {
      ticket.token = join(oneTime.half, finish(fromText(reply.signature)));
    } catch {
      throw new Told(words.wrongSignature);
    }
    return ticket.token;
  }

  return { codeProblems, review, send };
}
