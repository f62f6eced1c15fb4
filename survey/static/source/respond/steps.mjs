// Shows the one document a step at a time: the start, each section, then the page that follows.
// The step is in the address after `#`, so that Back and Forward work; answers stay in the form.

export const START = "start";
export const CHECK = "check";

const MARKS = ["govuk-input--error", "govuk-textarea--error"];
const DESCRIBED = "aria-describedby";

const byId = (id) => document.getElementById(id);

export const form = byId("survey");
export const words = form.dataset;
export const code = byId("code");

const sections = [...form.querySelectorAll(".candour-section")];
const [start, heading, progress] = [byId("start"), byId("heading"), byId("progress")];
const [back, next, reply] = [byId("back"), byId("next"), byId("reply")];

/** The title of the survey's pages. */
export const survey = heading.textContent;

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
  const id = decodeURIComponent(hash.replace(/^#/, ""));
  if (id === "" || id === START || id === "code") return START;
  if (id === CHECK) return CHECK;
  const section = byId(id)?.closest(".candour-section");
  return section ? section.id : null;
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
  current = step;
  reply.hidden = true;
  reply.replaceChildren();
  form.hidden = false;
  heading.hidden = false;
  start.hidden = step !== START && !long;
  for (const section of sections) section.hidden = section.id !== step && !long;
  const page = long ? 0 : index() + 1;
  heading.textContent = page ? titleOf(sections[page - 1]) : survey;
  progress.hidden = !page;
  progress.textContent = page ? pageOf(page) : "";
  back.hidden = !page;
  if (page) back.href = `#${page > 1 ? sections[page - 2].id : START}`;
  next.textContent = finishes() ? words.finish : page ? words.continue : words.begin;
  document.title = page ? `${heading.textContent} - ${pageOf(page)} - ${survey}` : survey;
  if (focus) focusOn(heading);
}

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

/** Takes away what was left of an earlier problem. */
export function clearProblems() {
  const old = document.querySelectorAll(".govuk-error-summary,.govuk-error-message");
  for (const message of old) message.remove();
  for (const marked of form.querySelectorAll("[class*=--error],[aria-describedby$=-error]")) {
    marked.classList.remove("govuk-form-group--error", ...MARKS);
    const hint = marked.getAttribute(DESCRIBED)?.split(" ")[0];
    if (hint) marked.setAttribute(DESCRIBED, hint);
  }
}

/** Names problems at the top, and at fields to write in; `problems` are {href, text}. */
export function showProblems(problems) {
  clearProblems();
  show(stepOf(problems[0].href) ?? START, { focus: false });
  const summary = byId("problems").content.cloneNode(true);
  const row = summary.querySelector("li");
  for (const problem of problems) {
    const item = row.cloneNode(true);
    item.querySelector("a").href = problem.href;
    item.querySelector("a").textContent = problem.text;
    row.before(item);
    const field = byId(problem.href.slice(1));
    if (field.matches("#code,textarea")) mark(field, problem.text);
  }
  row.remove();
  const shown = summary.firstElementChild;
  back.before(summary);
  document.title = `${words.error}${document.title}`;
  focusOn(shown);
}

function mark(field, sentence) {
  const message = document.createElement("p");
  message.id = `${field.id}-error`;
  message.className = "govuk-error-message";
  message.textContent = sentence;
  field.before(message);
  field.classList.add(...MARKS);
  field.setAttribute(DESCRIBED, `${field.id}-hint ${message.id}`);
  field.closest(".govuk-form-group").classList.add("govuk-form-group--error");
}

function titleOf(section) {
  return section.querySelector(".candour-section__title").textContent;
}

function pageOf(page) {
  return words.page.replace("{page}", page).replace("{pages}", sections.length);
}

function focusOn(element) {
  window.scrollTo(0, 0);
  element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
}
