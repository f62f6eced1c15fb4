// Who is asked what, as survey/questionnaire/routing.py says it. A test compares the two.

/**
 * Ids of the questions that are not asked of who gave these answers.
 *
 * `form` holds question id -> the values given; `routes` holds, of each question that not everybody
 * is asked, in the order of the pages: id -> [[earlier question, values, whether none of them]].
 */
export function unasked(form, routes) {
  const found = new Set();
  for (const [id, when] of Object.entries(routes)) {
    const holds = when.every(([question, values, none]) => {
      const given = found.has(question) ? [] : (form[question] ?? []);
      return given.some((value) => values.includes(value)) !== none;
    });
    if (!holds) found.add(id);
  }
  return found;
}

/** The same of what a form holds now. */
export function unaskedIn(form) {
  const given = {};
  for (const [name, value] of new FormData(form)) (given[name] ??= []).push(value);
  return unasked(given, JSON.parse(form.dataset.routes));
}
