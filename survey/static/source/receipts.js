// The page of all receipts: looks for the one that somebody typed in the list that is on the page.
// Nothing is sent, and nothing is kept.
import { inFours } from "./respond/bytes.mjs";
import { alike } from "./respond/codes.mjs";
import { fill } from "./respond/filling.mjs";

const SYMBOLS = 16;
const YOURS = "candour-receipts__yours";
const form = document.getElementById("look");
const field = document.getElementById("receipt");
const outcome = document.getElementById("outcome");

const listed = new Map();
for (const item of document.querySelectorAll(".candour-receipts li")) {
  listed.set(item.textContent.trim(), item);
}

function unmark() {
  const item = document.querySelector(`.${YOURS}`);
  if (!item) return;
  item.replaceChildren(item.querySelector("mark").textContent);
  item.classList.remove(YOURS);
  item.removeAttribute("id");
}

function mark(item) {
  const marked = document.createElement("mark");
  marked.textContent = item.textContent;
  const note = document.createElement("span");
  note.textContent = form.dataset.yours;
  item.replaceChildren(marked, " ", note);
  item.classList.add(YOURS);
  item.id = "yours";
  item.scrollIntoView({ block: "center" });
}

/** Shows what came of it: emptied first, so that the same words are read out again. */
function say(template, values) {
  outcome.replaceChildren();
  const said = fill(document.getElementById(template).content.cloneNode(true), values);
  said.querySelector("a")?.setAttribute("href", "#yours");
  setTimeout(() => outcome.replaceChildren(said), 50);
}

function look() {
  const symbols = alike(field.value);
  unmark();
  if (symbols.length !== SYMBOLS || !/^[0-9A-HJKMNP-TV-Z]+$/.test(symbols)) {
    say("no-receipt", { count: String(symbols.length) });
    return;
  }
  const receipt = inFours(symbols);
  const item = listed.get(receipt);
  say(item ? "in-the-list" : "not-in-the-list", { receipt });
  if (item) mark(item);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  form.hidden = false;
  document.getElementById("by-hand").hidden = true;
}
