// Problems named at the top of the page and at the field, as the server names them without
// JavaScript. A page with fields carries the summary as a template.

const FIELDS = "#code, #ticket-file, textarea";

/** Takes away what was left of an earlier problem. */
export function clearProblems() {
  for (const old of document.querySelectorAll(".govuk-error-summary, .govuk-error-message")) {
    old.remove();
  }
  for (const marked of document.querySelectorAll("[class*='--error']")) {
    marked.className = marked.className.replace(/\S+--error/, "").trim();
    if (marked.matches(FIELDS)) marked.setAttribute("aria-describedby", `${marked.id}-hint`);
  }
}

/** Names `problems`, {href, text}, and leads the reader to them; `error` goes before the title. */
export function nameProblems(problems, error) {
  clearProblems();
  const template = document.getElementById("problems").content;
  const summary = template.cloneNode(true).firstElementChild;
  const row = summary.querySelector("li");
  for (const { href, text } of problems) {
    const item = row.cloneNode(true);
    const link = item.querySelector("a");
    link.href = href;
    link.textContent = text;
    row.before(item);
    const field = document.getElementById(href.slice(1));
    if (field?.matches(FIELDS)) mark(field, text);
  }
  row.remove();
  document.querySelector("main").prepend(summary);
  document.title = error + document.title;
  focusOn(summary);
}

function mark(field, sentence) {
  const message = document.createElement("p");
  message.id = `${field.id}-error`;
  message.className = "govuk-error-message";
  message.textContent = sentence;
  field.before(message);
  field.classList.add(`${field.classList[0]}--error`);
  field.setAttribute("aria-describedby", `${field.id}-hint ${message.id}`);
  field.closest(".govuk-form-group").classList.add("govuk-form-group--error");
}

/** Moves the reader to an element, above which the page has nothing new. */
export function focusOn(element) {
  window.scrollTo(0, 0);
  element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
}
