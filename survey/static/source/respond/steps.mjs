// Shows the one document a step at a time: the start, each section, then what the server replied.
// The step is in the address after `#`, so that Back and Forward work; answers stay in the form.

export const START = "start";
export const CHECK = "check";

export class Steps {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.start = document.getElementById("start");
    this.sections = [...form.querySelectorAll(".candour-section")];
    this.heading = document.getElementById("heading");
    this.progress = document.getElementById("progress");
    this.back = document.getElementById("back");
    this.next = document.getElementById("next");
    this.reply = document.getElementById("reply");
    this.survey = this.heading.textContent;
    this.current = START;
    this.long = false;
    this.returning = false;
    document.body.classList.add("candour-stepping");
  }

  /** The step that an address after `#` names; null for one that names none. */
  stepOf(hash) {
    const id = decodeURIComponent(hash.replace(/^#/, ""));
    if (id === "" || id === START || id === "code") return START;
    if (id === CHECK) return CHECK;
    const section = document.getElementById(id)?.closest(".candour-section");
    return section ? section.id : null;
  }

  get last() {
    return this.sections.length - 1;
  }

  get index() {
    return this.sections.findIndex((section) => section.id === this.current);
  }

  /** Whether the button leads to the check page rather than to the next step. */
  get finishes() {
    return this.long || this.returning || this.index === this.last;
  }

  /** The address after `#` of the step behind this one. */
  get following() {
    return `#${this.sections[this.index + 1].id}`;
  }

  /** Shows the start or a section, and moves the focus to its heading. */
  show(step, { focus = true } = {}) {
    this.current = step;
    this.reply.hidden = true;
    this.reply.replaceChildren();
    this.form.hidden = false;
    this.heading.hidden = false;
    this.start.hidden = step !== START && !this.long;
    for (const section of this.sections) section.hidden = section.id !== step && !this.long;
    const page = this.long ? 0 : this.index + 1;
    const heading = page ? this.titleOf(this.sections[page - 1]) : this.survey;
    this.heading.textContent = heading;
    this.progress.hidden = !page;
    this.progress.textContent = page ? this.pageOf(page) : "";
    this.back.hidden = !page;
    if (page) this.back.href = page > 1 ? `#${this.sections[page - 2].id}` : `#${START}`;
    this.next.textContent = this.finishes
      ? this.words.finish
      : page
        ? this.words.continue
        : this.words.begin;
    document.title = page ? `${heading} - ${this.pageOf(page)} - ${this.survey}` : this.survey;
    if (focus) this.focusOn(this.heading);
  }

  /** Everything at once, as without JavaScript: to read all questions first. */
  showAll() {
    this.long = true;
    document.body.classList.remove("candour-stepping");
    this.show(START);
  }

  /** Shows what the server replied in place of the form, which stays behind it. */
  showReply(page) {
    this.current = CHECK;
    this.returning = false;
    this.form.hidden = true;
    this.heading.hidden = true;
    this.progress.hidden = true;
    this.back.hidden = true;
    this.reply.replaceChildren(...document.adoptNode(page.main).childNodes);
    this.reply.hidden = false;
    document.title = page.title;
    this.focusOn(this.reply.querySelector("h1"));
  }

  /** Takes away what was left of an earlier problem. */
  clearProblems() {
    for (const old of document.querySelectorAll("[data-problem]")) old.remove();
    for (const group of this.form.querySelectorAll(".govuk-form-group--error")) {
      group.classList.remove("govuk-form-group--error");
    }
    const code = document.getElementById("code");
    code.classList.remove("govuk-input--error");
    code.setAttribute("aria-describedby", "code-hint");
    document.querySelector(".govuk-error-summary")?.remove();
    document.getElementById("code-error")?.remove();
  }

  /** Names problems at the top and at the code; `problems` are {href, text}. */
  showProblems(problems) {
    this.clearProblems();
    this.show(this.stepOf(problems[0].href) ?? START, { focus: false });
    const summary = document.getElementById("problems").content.cloneNode(true);
    const row = summary.querySelector("li");
    for (const problem of problems) {
      const item = row.cloneNode(true);
      item.querySelector("a").href = problem.href;
      item.querySelector("a").textContent = problem.text;
      row.before(item);
      if (problem.href === "#code") this.markCode(problem.text);
    }
    row.remove();
    const shown = summary.firstElementChild;
    shown.dataset.problem = "";
    this.back.before(summary);
    document.title = `${this.words.error}${document.title}`;
    this.focusOn(shown);
  }

  markCode(sentence) {
    const code = document.getElementById("code");
    const message = document.createElement("p");
    message.id = "code-error";
    message.className = "govuk-error-message";
    message.textContent = sentence;
    code.before(message);
    code.classList.add("govuk-input--error");
    code.setAttribute("aria-describedby", "code-hint code-error");
    code.closest(".govuk-form-group").classList.add("govuk-form-group--error");
  }

  titleOf(section) {
    return section.querySelector(".candour-section__title").textContent;
  }

  pageOf(page) {
    return this.words.page.replace("{page}", page).replace("{pages}", this.sections.length);
  }

  focusOn(element) {
    window.scrollTo(0, 0);
    element.setAttribute("tabindex", "-1");
    element.focus({ preventScroll: true });
  }
}
