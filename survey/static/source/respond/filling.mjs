// Pages that the document carries as templates, filled with what only this page knows.

/** Puts `values` where `data-fill` names them: null takes the place away, true leaves it as is. */
export function fill(root, values) {
  for (const place of root.querySelectorAll("[data-fill]")) {
    const value = values[place.dataset.fill];
    if (value === null) place.remove();
    else if (value !== undefined && value !== true) place.textContent = value;
  }
  return root;
}

/** A copy of a template as a page for Steps.showReply. */
export function page(id, survey, values) {
  const main = fill(document.getElementById(id).content.cloneNode(true), values);
  const heading = main.querySelector("h1").textContent.trim();
  return { main, title: `${heading} - ${survey}`, problems: [] };
}

/** A sentence with its gaps filled: `{name}`. */
export function say(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
