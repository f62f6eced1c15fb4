// Who is asked what, as survey/questionnaire/routing.py says it. A test compares the two.

/**
 * Ids of the questions that are not asked of who gave these answers.
 *
 * `given` gives the values of a question by its id; `routes` holds, of each question that not everybody
 * is asked, in the order of the pages: id -> [[earlier question, values, whether none of them]].
 */
export function unasked(given, routes) {
  const found = new Set();
  for (const [id, when] of Object.entries(routes)) {
    const holds = when.every(([question, values, none]) => {
      const known = found.has(question) ? [] : given(question);
      return known.some((value) => values.includes(value)) !== none;
    });
    if (!holds) found.add(id);
  }
  return found;
}

/** Marks what of a form is not asked of who answered it so far: its pages, questions and comments. */
export function route(form) {
  const fields = new FormData(form);
  const found = unasked((id) => fields.getAll(id), JSON.parse(form.dataset.routes));
  for (const part of form.querySelectorAll("[data-route]")) {
    part.toggleAttribute("data-unasked", found.has(part.dataset.route));
  }
}

/** Whether what a part of a form asks is asked. */
export function isAsked(part) {
  return !part.closest("[data-unasked]");
}
