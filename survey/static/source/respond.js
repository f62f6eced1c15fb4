// The respondent's document with JavaScript: a section at a time, the code tested on the page, and
// answers kept in the page alone until they are sent. Nothing is put into any storage.
import { post, postUntilAnswered } from "./respond/asking.mjs";
import { asPrinted, isCode } from "./respond/codes.mjs";
import { CHECK, START, Steps } from "./respond/steps.mjs";

const CODE = "candour.code";
const ATTEMPT = "candour.attempt";
const form = document.getElementById("survey");
const code = document.getElementById("code");
const status = document.getElementById("working");
const steps = new Steps(form);
const words = form.dataset;

let changed = form.dataset.filled === "true";
let checked = null;
let sent = false;
let busy = false;

function fields() {
  return new URLSearchParams(new FormData(form)).toString();
}

/** A card's QR code holds the code after `#`, which browsers send to nobody. */
function takeCodeFromAddress() {
  const found = /^#code=(.+)$/.exec(location.hash);
  if (!found) return;
  code.value = asPrinted(decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname);
}

function codeProblem() {
  if (!code.value.trim()) return words.enterCode;
  return isCode(code.value) ? null : words.mistyped;
}

function go(hash) {
  if (location.hash === hash) follow();
  else location.hash = hash;
}

/** Shows the step that the address names. */
function follow() {
  if (sent) return;
  const step = steps.stepOf(location.hash);
  if (step === CHECK) {
    if (steps.current !== CHECK || checked !== fields()) check();
    return;
  }
  steps.clearProblems();
  if (!steps.long || !steps.reply.hidden) steps.show(step ?? START);
  const target = document.getElementById(location.hash.slice(1));
  if (step !== null && target?.matches("[id^='q-'], #code")) focusOnField(target);
}

function focusOnField(target) {
  const question = target.closest(".candour-question");
  (question?.querySelector("input:checked") ?? target).focus({ preventScroll: true });
  (question ?? target).scrollIntoView();
}

async function proceed() {
  if (busy) return;
  if (steps.finishes) {
    await check();
  } else if (steps.current !== START) {
    go(steps.following);
  } else {
    await begin();
  }
}

/** Asks about the code before anybody answers 40 questions; it spends nothing. */
async function begin() {
  const problem = codeProblem();
  if (problem) {
    steps.showProblems([{ href: "#code", text: problem }]);
    return;
  }
  code.value = asPrinted(code.value);
  const reply = await working(() => post(form.action, { [CODE]: code.value }));
  if (reply?.problems.length) steps.showProblems(reply.problems);
  else go(steps.following);
}

async function check() {
  const problem = codeProblem();
  if (problem) {
    history.replaceState(null, "", `#${START}`);
    steps.showProblems([{ href: "#code", text: problem }]);
    return;
  }
  const body = fields();
  const reply = await working(() => post(form.action, body));
  if (reply === null) {
    status.textContent = words.offline;
  } else if (reply.problems.length) {
    steps.showProblems(reply.problems);
  } else {
    checked = body;
    steps.showReply(reply);
    if (location.hash !== `#${CHECK}`) history.pushState(null, "", `#${CHECK}`);
    prepareSending();
  }
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
  const page = document.getElementById("checked");
  if (!page) return;
  keepAttempt(page.elements[ATTEMPT].value);
  for (const button of page.querySelectorAll("[data-change]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      steps.returning = true;
      go(`#${button.dataset.change}`);
    });
  }
  page.addEventListener("submit", (event) => {
    event.preventDefault();
    send(page);
  });
}

/** Whatever is changed after a Send whose reply was lost belongs to the same attempt. */
function keepAttempt(attempt) {
  let field = form.elements[ATTEMPT];
  if (!field) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = ATTEMPT;
    form.append(field);
  }
  field.value = attempt;
  checked = fields();
}

async function send(page) {
  if (busy) return;
  busy = true;
  const progress = document.getElementById("sending");
  progress.textContent = words.sending;
  const reply = await postUntilAnswered(page.action, new FormData(page), () => {
    progress.textContent = words.resending;
  });
  busy = false;
  if (reply.problems.length) {
    history.replaceState(null, "", `#${START}`);
    steps.showProblems(reply.problems);
    return;
  }
  if (reply.main.querySelector("#receipt")) {
    sent = true;
    form.reset();
    history.replaceState(null, "", location.pathname);
  }
  steps.showReply(reply);
}

takeCodeFromAddress();
form.addEventListener("change", (event) => {
  if (event.target !== code) changed = true;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  proceed();
});
document.getElementById("read-all").addEventListener("click", () => steps.showAll());
window.addEventListener("hashchange", follow);
window.addEventListener("beforeunload", (event) => {
  const leaving = document.body.classList.contains("govuk-exit-this-page-hide-content");
  if (leaving) form.reset();
  else if (changed && !sent) event.preventDefault();
});
if (document.querySelector(".govuk-error-summary")) steps.show(START, { focus: false });
else follow();
