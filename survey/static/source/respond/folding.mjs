// From the form's values to what is sealed, as `fold` in survey/questionnaire/answers.py does it. It
// happens in the page, so that a sealed row holds no more than will be published.

import { unasked } from "./routing.mjs";

const WITHHELD = "prefer-not-to-say";

/**
 * The answers as they are stored: item or variable id -> code; of questions that are asked.
 *
 * `form` holds question id -> the values given. `folds` holds, where an option is not stored as it
 * is, question id -> option -> [category, its label], or null for nothing; `ticks` holds question
 * id -> option -> the yes/no item that it becomes, null for "prefer not to say"; `routes` is
 * as `unasked` takes it.
 */
export function fold(form, { folds, ticks, routes }) {
  const stored = {};
  const dropped = unasked((id) => form[id] ?? [], routes);
  for (const [question, given] of Object.entries(form)) {
    if (dropped.has(question)) continue;
    const items = ticks[question];
    if (items) {
      const withheld = given.some((code) => items[code] === null);
      for (const [code, item] of Object.entries(items)) {
        const answer = given.includes(code) ? "yes" : "no";
        if (item) stored[item] = withheld ? WITHHELD : answer;
      }
    } else {
      const kept = folds[question]?.[given[0]];
      if (kept !== null) stored[question] = kept ? kept[0] : given[0];
    }
  }
  return stored;
}

/** Answers as they are sealed: JSON in the order of the ids. */
export function written(answers) {
  return JSON.stringify(Object.fromEntries(Object.entries(answers).sort()));
}
