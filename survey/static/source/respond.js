// The respondent's document with JavaScript: a section at a time, the code tested on the page, and
// answers kept in the page alone until they are sent. Nothing is put into any storage.
import { Told } from "./respond/asking.mjs";
import { cardInAddress, fits, take } from "./respond/card.mjs";
import { asPrinted, isCode } from "./respond/codes.mjs";
import { page } from "./respond/filling.mjs";
import { fingerprintOf, keysOf } from "./respond/keys.mjs";
import { LEAVING } from "./respond/leaving.mjs";
import { plainMode } from "./respond/plain.mjs";
import { clearProblems } from "./respond/problems.mjs";
import { sealedMode } from "./respond/sealed.mjs";
import { canSeal } from "./respond/signing.mjs";
import * as steps from "./respond/steps.mjs";
import { CHECK, START, byId, form, words } from "./respond/steps.mjs";
import { readTicket } from "./respond/tickets.mjs";

const [code, ticketFile, status] = [byId("code"), byId("ticket-file"), byId("working")];
const fingerprint = byId("fingerprint");

let changed = words.filled === "true";
let checked = null;
let finished = false;
let busy = false;
let asked = false; // A step, while the page was busy: it is shown when a ticket was read.
let mode = null;
let onCard = null;
let keys = null;

function fields() {
  return new URLSearchParams(new FormData(form)).toString();
}

/** Chooses the mode and stops where the keys are not those that the card names. */
async function prepare() {
  const sealing = await canSeal();
  keys = keysOf(words);
  if (keys && crypto.subtle) fingerprint.textContent = await fingerprintOf(keys);
  mode = sealing && keys ? sealedMode(form, keys) : plainMode(form);
  // With nowhere to go, the browser's own submitting can take no answer out of the page.
  if (sealing) form.method = "dialog";
  byId("mode-sealed").hidden = !sealing;
  byId("mode-plain").hidden = sealing;
  // A preview has no keys to compare with; in it no code ever leaves the page.
  code.disabled = words.preview === "true";
  if (sealing && !keys && !code.disabled) fingerprint.textContent = "";
  compareWithCard();
}

function compareWithCard() {
  if (!fits(onCard, fingerprint.textContent)) stop("wrong-keys", onCard);
}

/** Shows the warning that this page has other keys than a card or a ticket names. */
function stop(warning, named) {
  finished = true;
  form.reset();
  const prints = { card: named ?? "–", page: fingerprint.textContent || "–" };
  steps.showReply(page(warning, words.survey, prints));
}

/** Reads the ticket that was chosen; sends nothing. In plain mode it goes with the answers. */
async function load() {
  await ready;
  const [file] = ticketFile.files;
  [checked, asked] = [null, false];
  if (!mode.hold) return;
  clearProblems();
  const print = fingerprint.textContent;
  const ticket = file ? await working(() => readTicket(file, keys, print, words)) : {};
  mode.hold(ticket.token && ticket);
  byId("with-code").hidden = ticket.token;
  byId("ticket-read").hidden = !ticket.token;
  if (ticket.otherKeys) stop("wrong-ticket", ticket.otherKeys);
  if (!ticket.problem) {
    if (asked) follow();
    return;
  }
  ticketFile.value = "";
  steps.showProblems([{ href: "#ticket-file", text: ticket.problem }]);
}

/** Says what is wrong with the code as it was typed; gives false when nothing is. */
function refuseCode() {
  if (code.disabled || ticketFile.files.length) return false;
  if (isCode(code.value)) {
    code.value = asPrinted(code.value);
    return false;
  }
  toCode([{ href: "#code", text: code.value.trim() ? words.mistyped : words.enterCode }]);
  return true;
}

function go(hash) {
  if (location.hash === hash) follow();
  else location.hash = hash;
}

/** Shows the step that the address names. */
async function follow() {
  await ready;
  const card = cardInAddress();
  if (finished && card) location.reload();
  asked = busy;
  if (finished || busy) return;
  if (card) {
    onCard = take(card, code);
    compareWithCard();
    if (finished) return;
  }
  const step = steps.stepOf(location.hash);
  if (step === CHECK) {
    if (steps.shownStep() !== CHECK || checked !== fields()) check();
    return;
  }
  if (!step) return; // The skip link, which leads to a place on the step that is shown.
  clearProblems();
  if (!steps.showsEverything()) steps.show(step);
  const target = byId(location.hash.slice(1));
  if (target?.matches("[id^='q-'], #code, #ticket-file")) focusOnField(target);
}

function focusOnField(target) {
  const question = target.closest(".candour-question");
  (question?.querySelector("input:checked") ?? target).focus({ preventScroll: true });
  (question ?? target).scrollIntoView();
}

async function proceed() {
  await ready;
  if (busy || finished) return;
  if (steps.finishes()) {
    await check();
  } else if (steps.shownStep() !== START) {
    go(steps.following());
  } else {
    await begin();
  }
}

/** Asks about the code before anybody answers 40 questions; it spends nothing. */
async function begin() {
  if (refuseCode()) return;
  const problems = await working(() => mode.codeProblems(code.value));
  if (problems?.length) steps.showProblems(problems);
  else go(steps.following());
}

async function check() {
  if (refuseCode()) return;
  const reply = await working(() => mode.review(code.value));
  if (reply === null) {
    status.textContent = words.offline;
  } else if (reply.problems.length) {
    steps.showProblems(reply.problems);
  } else {
    checked = fields();
    steps.showReply(reply);
    if (location.hash !== `#${CHECK}`) history.pushState(null, "", `#${CHECK}`);
    prepareSending();
  }
}

function toCode(problems) {
  history.replaceState(null, "", `#${START}`);
  steps.showProblems(problems);
}

async function working(ask) {
  busy = true;
  status.textContent = words.working;
  try {
    return await ask();
  } finally {
    busy = false;
    status.textContent = "";
  }
}

/** The check page: Change leads back to the question, Send sends until a receipt comes. */
function prepareSending() {
  const shown = byId("checked");
  if (!shown) return;
  for (const button of shown.querySelectorAll("[data-change]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      if (busy) return;
      steps.returnAfterwards();
      go(`#${button.dataset.change}`);
    });
  }
  shown.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

async function send() {
  if (busy) return;
  busy = true;
  const progress = byId("sending");
  progress.textContent = words.sending;
  try {
    const reply = await mode.send(code.value, () => {
      progress.textContent = words.resending;
    });
    busy = false;
    if (reply.problems.length) toCode(reply.problems);
    else done(reply);
  } catch (error) {
    progress.textContent = error instanceof Told ? error.message : words.refused;
  } finally {
    busy = false;
  }
}

function done(reply) {
  if (reply.main.querySelector("#receipt")) {
    finished = true;
    form.reset();
    mode = null;
    history.replaceState(null, "", location.pathname);
  }
  steps.showReply(reply);
}

const card = cardInAddress();
if (card) onCard = take(card, code);
form.addEventListener("input", ({ target }) => {
  if (target === ticketFile) load();
  else if (target !== code) changed = true;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  proceed();
});
byId("all-at-once").addEventListener("click", steps.showAll);
window.addEventListener("hashchange", follow);
window.addEventListener("beforeunload", (event) => {
  if (changed && !finished) event.preventDefault();
});
document.addEventListener(LEAVING, () => {
  finished = true;
  mode = null;
});
steps.show(START, { focus: false });
const ready = prepare();
// With no step in its address the page is as it should be, and the focus stays where it begins.
if (location.hash && !document.querySelector(".govuk-error-summary")) follow();
