// Shows the one document a step at a time: the start, each section, then the page that follows.
// The step is in the address after `#`, so that Back and Forward work; answers stay in the form.

import { focusOn, nameProblems } from "./problems.mjs";
import { isAsked, route } from "./routing.mjs";

export const START = "start";
export const CHECK = "check";

export const byId = (id) => document.getElementById(id);

export const form = byId("survey");
export const words = form.dataset;

const every = [...form.querySelectorAll(".candour-section")];
const [start, heading, progress] = [byId("start"), byId("heading"), byId("progress")];
const [back, next, reply] = [byId("back"), byId("next"), byId("reply")];

let sections = every;
let current = START;
let long = false;
let returning = false;

document.body.classList.add("candour-stepping");

/** The step that is shown. */
export function shownStep() {
  return current;
}

/** The step that an address after `#` names; null for one that names none. */
export function stepOf(hash) {
  const id = decodeURIComponent(hash.slice(1)) || START;
  return id === CHECK ? CHECK : (byId(id)?.closest("#start, .candour-section")?.id ?? null);
}

/** Which pages are left of what is asked of who answered so far. */
function count() {
  route(form);
  sections = every.filter((one) => [...one.querySelectorAll(".candour-question")].some(isAsked));
}

/** The step itself, or the one that is asked in its place: the next, else the last. */
function asked(step) {
  const at = every.findIndex(({ id }) => id === step);
  const [found = sections.at(-1)] = every.slice(at).filter((one) => sections.includes(one));
  return at < 0 ? step : found.id;
}

function index() {
  return sections.findIndex((section) => section.id === current);
}

/** Whether the button leads to the check page rather than to the next step. */
export function finishes() {
  return long || returning || index() === sections.length - 1;
}

/** The address after `#` of the step behind this one. */
export function following() {
  return `#${sections[index() + 1].id}`;
}

/** Whether everything is shown at once already, so that a step need not be. */
export function showsEverything() {
  return long && reply.hidden;
}

/** Shows the start or a section, and moves the focus to its heading. */
export function show(step, { focus = true } = {}) {
  count();
  current = asked(step);
  reply.hidden = true;
  reply.replaceChildren();
  form.hidden = false;
  heading.hidden = false;
  start.hidden = current !== START && !long;
  for (const section of every) section.hidden = section.id !== current && !long;
  tellPlace();
  if (focus) focusOn(heading);
}

/** What depends on how many pages there are, and which of them this is. */
function tellPlace() {
  const page = long ? 0 : index() + 1;
  heading.textContent = page ? titleOf(sections[page - 1]) : words.survey;
  progress.hidden = !page;
  progress.textContent = page ? pageOf(page) : "";
  back.hidden = !page;
  if (page) back.href = `#${page > 1 ? sections[page - 2].id : START}`;
  next.textContent = finishes() ? words.finish : page ? words.continue : words.begin;
  document.title = page ? `${heading.textContent} - ${pageOf(page)} - ${words.survey}` : words.survey;
}

// Not on `change`, which comes while a button is pressed: its text must not be set anew then.
form.addEventListener("input", () => {
  count();
  tellPlace();
});

/** Everything at once, as without JavaScript: to read all questions first. */
export function showAll() {
  long = true;
  document.body.classList.remove("candour-stepping");
  show(START);
}

/** From now on the button leads back to the check page. */
export function returnAfterwards() {
  returning = true;
}

/** Shows another page, {main, title}, in place of the form, which stays behind it. */
export function showReply(page) {
  current = CHECK;
  returning = false;
  for (const part of [form, heading, progress, back]) part.hidden = true;
  reply.replaceChildren(...document.adoptNode(page.main).childNodes);
  reply.hidden = false;
  document.title = page.title;
  focusOn(reply.querySelector("h1"));
}

/** Names problems, {href, text}, at the top of the step of the first, and at their fields. */
export function showProblems(problems) {
  show(stepOf(problems[0].href) ?? START, { focus: false });
  nameProblems(problems, words.error);
}

function titleOf(section) {
  return section.querySelector(".candour-section__title").textContent;
}

function pageOf(page) {
  return words.page.replace("{page}", page).replace("{pages}", sections.length);
}
