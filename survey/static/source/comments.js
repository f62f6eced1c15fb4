// Warns while somebody writes a comment, on the device alone: nothing is sent and nothing is stopped.
import { SPOKEN } from "./respond/spoken.mjs";
import { warning } from "./respond/telling.mjs";

const PAUSE = 800; // milliseconds after the last key, so that a reader's voice does not interrupt

for (const written of document.querySelectorAll("textarea")) {
  const told = document.getElementById(`${written.id}-telling`);
  let waiting = 0;

  const look = () => {
    clearTimeout(waiting);
    const sentence = warning(written.value, document.documentElement.lang);
    if (told.textContent !== sentence) told.textContent = sentence;
  };

  written.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  // Before what a button does, and not when the field is left: the warning would push the button
  // away from under a finger that is on it.
  document.addEventListener("click", look, true);
  document.addEventListener(SPOKEN, look);
  written.form.addEventListener("reset", () => {
    told.textContent = "";
  });
  look();
}
