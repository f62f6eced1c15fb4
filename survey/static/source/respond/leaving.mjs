// Leaving quickly: by the button, or by Escape pressed three times. What was on the page goes first,
// and the page that comes stands in its place in the history.

const PRESSES = 3;
const PAUSE = 5000; // milliseconds after which earlier presses no longer count

/** The event that a page hears before it is left: it asks nothing more and forgets. */
export const LEAVING = "candour-leaving";

/** Makes the button of this page, if it has one, leave at once. */
export function offerLeaving() {
  const button = document.querySelector(".govuk-exit-this-page__button");
  if (!button) return;
  const status = button.parentElement.appendChild(document.createElement("span"));
  status.className = "govuk-visually-hidden";
  status.setAttribute("role", "status");
  let [pressed, forgetting] = [0, 0];

  function leave() {
    document.dispatchEvent(new Event(LEAVING));
    for (const form of document.forms) form.reset();
    document.body.replaceChildren();
    location.replace(button.href);
  }

  function count(presses) {
    pressed = presses;
    clearTimeout(forgetting);
    if (pressed === PRESSES) leave();
    const left = PRESSES - pressed;
    const { once, twice } = button.parentElement.dataset;
    status.textContent = pressed ? (left === 1 ? once : twice) : "";
    if (pressed) forgetting = setTimeout(count, PAUSE, 0);
  }

  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener(
    "keydown",
    ({ key, repeat }) => {
      if (!repeat && (pressed || key === "Escape")) count(key === "Escape" ? pressed + 1 : 0);
    },
    true,
  );
}

/**
 * Leaves nothing behind on a page with a form of `data-forgotten`, whatever takes its place and
 * however it comes back.
 */
export function forgetOnceLeft() {
  const form = document.querySelector("form[data-forgotten]");
  if (!form) return;
  window.addEventListener("pagehide", () => {
    document.dispatchEvent(new Event(LEAVING));
    form.reset();
    document.body.replaceChildren();
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
}
