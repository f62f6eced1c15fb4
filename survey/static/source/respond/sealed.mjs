// Sealed mode: answers are folded and sealed in the page, and the code never leaves it. Whatever a
// sending needs to be repeated is kept in the tab's memory and nowhere else.
import { Told, told } from "./asking.mjs";
import { join } from "./bytes.mjs";
import { answerProblems, answersOf, checkPage, commentsOf } from "./checking.mjs";
import { receipt, seal } from "./envelope.mjs";
import { page } from "./filling.mjs";
import { fold, written } from "./folding.mjs";
import { aboutCode, codeProblems as problemsWith, redeeming } from "./issuing.mjs";
import { oneTimeSigner } from "./signing.mjs";

/** The mode as respond.js uses it. */
export function sealedMode(form, keys) {
  const { wave } = keys;
  const words = form.dataset;
  const [folds, ticks, routes] = [words.folds, words.ticks, words.routes].map(JSON.parse);
  const folding = { folds, ticks, routes };
  let usable = null;
  let held = null;
  let asking = null;
  let rows = null;

  /** Answers with a ticket, {sign, token}, in place of a code; null for a code again. */
  function hold(ticket) {
    held = ticket;
  }

  /** Problems with a code, asked without spending it; null when there is no connection. */
  async function codeProblems(code) {
    if (held || usable === code) return [];
    const problems = await problemsWith(code, wave, words);
    if (problems?.length === 0) usable = code;
    return problems;
  }

  /** The check page, or problems; null when there is no connection. */
  async function review(code) {
    const problems = await codeProblems(code);
    if (!problems) return null;
    problems.push(...answerProblems(form));
    return problems.length ? { problems } : checkPage(form);
  }

  /**
   * Seals, redeems the code, sends, and compares the receipt; gives the receipt's page or problems
   * with the code. Sealing comes first: whatever can fail there costs nobody their voice.
   */
  async function send(code, onWaiting) {
    const { sealed, comments, own } = await sealedRows();
    const ticket = held ?? (await redeemed(code, onWaiting));
    if (!ticket) return { problems: aboutCode(words.unusable) };
    const { token, sign } = ticket;
    const proof = await sign("candour send|", wave, "|", sealed, comments);
    const kept = await told(`/box/${wave}`, { token, sealed, comments, proof }, words, onWaiting);
    if (kept.receipt !== own) throw new Told(words.otherReceipt);
    return page("receipt-page", words.survey, { receipt: own, host: location.host });
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

  /** The ticket that the code is redeemed for; null when the issuer refuses the code. */
  async function redeemed(code, onWaiting) {
    if (asking?.code !== code) {
      asking = { code, redeem: await redeeming(code, await oneTimeSigner(), keys, words) };
    }
    const ticket = await asking.redeem(onWaiting);
    if (!ticket) usable = null;
    return ticket;
  }

  return { codeProblems, hold, review, send };
}
