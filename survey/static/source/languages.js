// A document in two languages: shows it in the other one, on the device alone. Fields and what is in
// them stay; only what is said changes. Nothing is sent, kept or asked of anybody. It runs before
// all other scripts, while the page is as it was served.
import { say } from "./respond/filling.mjs";
import { SPOKEN } from "./respond/spoken.mjs";

const html = document.documentElement;
const words = document.querySelector("form[data-error]").dataset;
const button = document.getElementById("switch");
const [table, told] = JSON.parse(document.getElementById("other-language").content.textContent);

/** Of the language that the page was served in, and of the other: text -> the same in the other. */
const known = [new Map(), new Map()];
let shown = 0;

/** What there is to turn: the page, and the pages that it carries. */
function roots() {
  const carried = document.querySelectorAll("template:not(#other-language)");
  return [document.body, ...[...carried].map(({ content }) => content)];
}

function marked() {
  return [html, document.querySelector("title"), ...roots()].flatMap((root) => [
    ...(root.dataset?.said ? [root] : []),
    ...root.querySelectorAll("[data-said]"),
  ]);
}

/** The texts that stand in an element directly. */
function textsOf(element) {
  return [...element.childNodes].filter(({ nodeType, data }) => nodeType === 3 && data.trim());
}

function inOneLine(text) {
  return text.trim().replace(/\s+/g, " ");
}

function learn(own, other) {
  if (!known[0].has(own)) known[0].set(own, other);
  if (!known[1].has(other)) known[1].set(other, own);
}

/** Place in the table -> what an element says in either language: {texts, attributes} each. */
const entries = new Map();
for (const element of new Set(marked())) {
  const [others, attributes] = table[element.dataset.said];
  const names = Object.keys(attributes);
  const own = Object.fromEntries(names.map((name) => [name, element.getAttribute(name)]));
  const texts = others.length ? textsOf(element).map(({ data }) => inOneLine(data)) : [];
  entries.set(element.dataset.said, [
    { texts, attributes: own },
    { texts: others, attributes },
  ]);
  texts.forEach((text, at) => learn(text, others[at]));
  for (const name of names) learn(own[name], attributes[name]);
}
for (const [own, other] of Object.entries(told)) learn(own, other);

/** Sentences with gaps, `{name}`, in both languages: [expression, names, the same in the other]. */
const gapped = known.map((pairs) =>
  [...pairs]
    .filter(([own]) => /^[^"]*\{\w+\}[^"]*$/.test(own))
    .map(([own, other]) => {
      const parts = own.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
      const names = [...own.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return [new RegExp(`^${parts.join("(.*?)")}$`, "s"), names, other];
    }),
);

/** What a text that the page made by itself says in the other language; itself if nobody knows. */
function turned(text, from) {
  const found = known[from].get(text);
  if (found !== undefined) return found;
  for (const [expression, names, other] of gapped[from]) {
    const values = expression.exec(text)?.slice(1);
    if (values) {
      return say(other, Object.fromEntries(names.map((name, at) => [name, turned(values[at], from)])));
    }
  }
  return text;
}

/** The title of the page, whose parts stand between dashes. */
function turnedTitle(from) {
  const { error } = words;
  const wrong = document.title.startsWith(error);
  const parts = document.title.slice(wrong ? error.length : 0).split(" - ");
  return (wrong ? turned(error, from) : "") + parts.map((part) => turned(part, from)).join(" - ");
}

/** Every text under `root` that our own words stand in. */
function* spokenIn(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() && !node.parentElement?.closest("textarea")) yield node;
  }
}

function turnText(node, from) {
  const text = inOneLine(node.data);
  const entry = entries.get(node.parentElement?.dataset.said);
  const at = entry ? textsOf(node.parentElement).indexOf(node) : -1;
  const own = entry?.[from].texts[at] === text;
  const said = own ? entry[1 - from].texts[at] : turned(text, from);
  if (said !== text) node.data = node.data.replace(/\S(.*\S)?/s, () => said);
}

/** Shows the other language. */
function turn() {
  const from = shown;
  const title = turnedTitle(from);
  for (const root of roots()) for (const node of spokenIn(root)) turnText(node, from);
  shown = 1 - from;
  for (const element of marked()) {
    const { attributes } = entries.get(element.dataset.said)[shown];
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  }
  document.title = title;
  document.dispatchEvent(new Event(SPOKEN));
  // The page of what was chosen is made of the form, which knows what each answer is called.
  if (location.hash === "#check") window.dispatchEvent(new Event("hashchange"));
}

/** Turns the page to the language that its address names after `#`, which nobody was sent. */
function follow() {
  if (location.hash !== `#${html.lang}` && location.hash !== `#${button.value}`) return false;
  if (location.hash === `#${button.value}`) turn();
  return true;
}

button.addEventListener("click", (event) => {
  event.preventDefault();
  turn();
});
if (follow()) history.replaceState(null, "", location.pathname);
window.addEventListener("hashchange", () => {
  if (follow()) location.hash = "start";
});

// What the servers answer is always in English, because nobody tells them the language of a page.
new MutationObserver((records) => {
  for (const { target, addedNodes } of records) {
    if (target.parentElement?.closest("[data-fill=answer]")) continue;
    for (const root of target.nodeType === 3 ? [target] : addedNodes) {
      for (const node of root.nodeType === 3 ? [root] : spokenIn(root)) {
        const text = inOneLine(node.data);
        if (!known[shown].has(text) && known[1 - shown].has(text)) turnText(node, 1 - shown);
      }
    }
  }
}).observe(document.querySelector("main"), { childList: true, characterData: true, subtree: true });
