// Taking a ticket with JavaScript: the page redeems the code for a token that the issuer cannot see
// and gives it as a file. Until it is saved the ticket is in this page's memory and nowhere else.
import { Told } from "./respond/asking.mjs";
import { cardInAddress, fits, take } from "./respond/card.mjs";
import { asPrinted, isCode } from "./respond/codes.mjs";
import { page } from "./respond/filling.mjs";
import { aboutCode, codeProblems, redeeming } from "./respond/issuing.mjs";
import { fingerprintOf, keysOf } from "./respond/keys.mjs";
import { LEAVING } from "./respond/leaving.mjs";
import { clearProblems, focusOn, nameProblems } from "./respond/problems.mjs";
import { KEY_BYTES, canSeal, signerOfSeed } from "./respond/signing.mjs";
import { textOf } from "./respond/tickets.mjs";

const byId = (id) => document.getElementById(id);
const [form, code, fingerprint] = [byId("ticket"), byId("code"), byId("fingerprint")];
const [status, main] = [byId("working"), byId("main-content")];
const words = form.dataset;

let onCard = null;
let asking = null;
let busy = false;
let unsaved = false;

/** Gives the keys; null where the browser cannot do this and the server must, in the request. */
async function prepare() {
  const sealing = await canSeal();
  const keys = keysOf(words);
  if (sealing) {
    fingerprint.textContent = keys ? await fingerprintOf(keys) : "";
    byId("mode-sealed").hidden = false;
    byId("mode-plain").hidden = true;
    // With nowhere to go, the browser's own submitting can take no code out of the page.
    form.method = "dialog";
  }
  compareWithCard();
  return sealing && keys;
}

function compareWithCard() {
  const served = fingerprint.textContent;
  if (!fits(onCard, served)) show("wrong-keys", { card: onCard ?? "–", page: served || "–" });
}

/** The title without a word of mistakes. */
function named() {
  const { title } = document;
  return title.startsWith(words.error) ? title.slice(words.error.length) : title;
}

/** Shows another page in place of this one. */
function show(name, values) {
  const shown = page(name, words.survey, values);
  code.value = "";
  clearProblems();
  main.replaceChildren(shown.main);
  document.title = shown.title;
  focusOn(main.querySelector("h1"));
}

function refuse(problems) {
  document.title = named();
  nameProblems(problems, words.error);
}

async function submit() {
  const keys = await ready;
  if (!keys) form.submit();
  if (!keys || busy) return;
  if (!isCode(code.value)) {
    refuse(aboutCode(code.value.trim() ? words.mistyped : words.enterCode));
    return;
  }
  code.value = asPrinted(code.value);
  busy = true;
  clearProblems();
  document.title = named();
  status.textContent = words.working;
  try {
    await redeem(code.value, keys);
  } catch (error) {
    status.textContent = error instanceof Told ? error.message : words.refused;
  } finally {
    busy = false;
  }
}

/** Redeems the code; one whose reply was lost is asked for again, the same. */
async function redeem(typed, keys) {
  if (asking?.code !== typed) {
    const problems = await codeProblems(typed, keys.wave, words);
    if (problems?.length !== 0) {
      status.textContent = problems ? "" : words.offline;
      if (problems) refuse(problems);
      return;
    }
    const seed = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    const oneTime = { ...(await signerOfSeed(seed)), seed };
    asking = { code: typed, redeem: await redeeming(typed, oneTime, keys, words) };
  }
  unsaved = true;
  const ticket = await asking.redeem(() => {
    status.textContent = words.resending;
  });
  if (ticket) {
    offer(ticket, keys);
  } else {
    unsaved = false;
    asking = null;
    status.textContent = "";
    refuse(aboutCode(words.unusable));
  }
}

/** Shows the ticket's page, whose link saves it as often as it is pressed. */
function offer(ticket, { wave }) {
  const [about, site, print] = [words.about, location.origin, fingerprint.textContent];
  const text = textOf(ticket, { about, wave, site, fingerprint: print });
  const file = new Blob([text], { type: "application/json" });
  show("ready", {});
  const link = byId("save");
  link.href = URL.createObjectURL(file);
  link.addEventListener("click", () => {
    unsaved = false;
    byId("unsaved").hidden = true;
    byId("saved").hidden = false;
  });
}

/** Takes the card that the address names; gives whether there was one. */
function follow() {
  const card = cardInAddress();
  if (!card || unsaved) return false;
  if (!form.isConnected) location.reload();
  onCard = take(card, code);
  return true;
}

follow();
const ready = prepare();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
window.addEventListener("hashchange", async () => {
  if (!follow()) return;
  await ready;
  compareWithCard();
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
document.addEventListener(LEAVING, () => {
  unsaved = false;
  asking = null;
});
