// What a card's QR code put after `#`, which browsers send to nobody: the code and the fingerprint.
import { alike, asPrinted, isCode } from "./codes.mjs";

const CARD = /^#([\w-]+)(?:\.([\w-]{16,19}))?$/;

/** The card that the address names, {text, print}; null when it names none. */
export function cardInAddress() {
  const [, text, print = null] = CARD.exec(location.hash) ?? [];
  return text && (print || isCode(text)) ? { text, print } : null;
}

/** Puts a card's code into its field, takes it out of the address, and gives the fingerprint. */
export function take({ text, print }, field) {
  field.value = asPrinted(text);
  history.replaceState(null, "", location.pathname);
  return print;
}

/** Whether a card's fingerprint, if it has one, is the page's. */
export function fits(print, served) {
  return served && (print === null || alike(print) === alike(served));
}
