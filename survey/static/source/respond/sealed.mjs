// Sealed mode: answers are folded and sealed in the page, and the code never leaves it. Whatever a
// sending needs to be repeated is kept in this object, in the tab's memory and nowhere else.
import { postJson, untilAnswered } from "./asking.mjs";
import { blind } from "./blinding.mjs";
import { fromText, join, toText } from "./bytes.mjs";
import { answersOf, checkPage, contradictions } from "./checking.mjs";
import { rawOf } from "./codes.mjs";
import { receipt, seal } from "./envelope.mjs";
import { page } from "./filling.mjs";
import { fold } from "./folding.mjs";
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

function refused(reply, words) {
  return new Error(reply.content.error ?? words.refused);
}

export class Sealed {
  constructor(form, keys, survey) {
    const { folds, ticks } = form.dataset;
    this.form = form;
    this.words = form.dataset;
    this.keys = keys;
    this.survey = survey;
    this.folding = { folds: JSON.parse(folds), ticks: JSON.parse(ticks) };
    this.usable = null;
    this.ticket = null;
    this.row = null;
  }

  /** Problems with a code, asked without spending it; null when there is no connection. */
  async codeProblems(code) {
    if (this.usable === code) return [];
    const { wave } = this.keys;
    const signer = await signerOfCode(rawOf(code), wave);
    const reply = await postJson(`/issue/${wave}/check`, {
      half: toText(signer.half),
      proof: toText(await signer.sign("candour check|", wave)),
    });
    if (!reply || reply.status >= 500) return null;
    if (reply.content.usable !== true) {
      return [{ href: "#code", text: reply.content.error ?? this.words.unusable }];
    }
    this.usable = code;
    return [];
  }

  /** The check page, or problems; null when there is no connection. */
  async review(code) {
    const problems = await this.codeProblems(code);
    if (!problems) return null;
    problems.push(...contradictions(this.form));
    return problems.length ? { problems } : checkPage(this.form, this.folding.folds, this.survey);
  }

  /**
   * Seals, redeems the code, sends, and compares the receipt; gives the receipt's page or problems
   * with the code. Sealing comes first: whatever can fail there costs nobody their voice.
   */
  async send(code, onWaiting) {
    const row = await this.sealedRow();
    const token = await this.tokenFor(code, onWaiting);
    if (!token) return { problems: [{ href: "#code", text: this.words.unusable }] };
    const { wave } = this.keys;
    const content = {
      token: toText(token),
      sealed: toText(row.sealed),
      proof: toText(await this.ticket.oneTime.sign("candour send|", wave, "|", row.sealed)),
    };
    const reply = await untilAnswered(() => postJson(`/box/${wave}`, content), onWaiting);
    if (reply.status !== 200) throw refused(reply, this.words);
    if (reply.content.receipt !== row.receipt) throw new Error(this.words.otherReceipt);
    return page("receipt-page", this.survey, { receipt: row.receipt });
  }

  /** The sealed answers and their receipt; the same ones as long as the answers are the same. */
  async sealedRow() {
    const stored = fold(answersOf(this.form), this.folding);
    const content = JSON.stringify(stored);
    if (this.row?.content !== content) {
      const sealed = await seal(stored, this.keys);
      this.row = { content, sealed, receipt: await receipt(sealed, this.keys.wave) };
    }
    return this.row;
  }

  /** The token that the code is redeemed for; null when the issuer refuses the code. */
  async tokenFor(code, onWaiting) {
    const { wave, modulus } = this.keys;
    if (this.ticket?.code !== code) {
      const oneTime = await oneTimeSigner();
      const message = join("candour token|", wave, "|", oneTime.half);
      this.ticket = { code, oneTime, blinding: await blind(message, modulus) };
    }
    const { oneTime, blinding, token } = this.ticket;
    if (token) return token;
    const { blinded } = blinding;
    const signer = await signerOfCode(rawOf(code), wave);
    const content = {
      half: toText(signer.half),
      blinded: toText(blinded),
      proof: toText(await signer.sign("candour redeem|", wave, "|", blinded)),
    };
    const reply = await untilAnswered(() => postJson(`/issue/${wave}`, content), onWaiting);
    if (reply.status === 403) {
      this.usable = null;
      return null;
    }
    if (reply.status !== 200) throw refused(reply, this.words);
    try {
      const signature = blinding.finish(fromText(reply.content.signature));
      this.ticket.token = join(oneTime.half, signature);
    } catch {
      throw new Error(this.words.wrongSignature);
    }
    return this.ticket.token;
  }
}
