// Warns while somebody writes a comment, on the device alone: nothing is sent and nothing is stopped.
import { warning } from "./respond/telling.mjs";

const PAUSE = 800; // milliseconds after the last key, so that a reader's voice does not interrupt

for (const written of document.querySelectorAll("textarea")) {
  const told = document.getElementById(`${written.id}-telling`);
  let waiting = 0;

  const look = () => {
    clearTimeout(waiting);
    const sentence = warning(written.value);
    if (told.textContent !== sentence) told.textContent = sentence;
  };

  written.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  // What is taken back or filled again by the browser, and what is left before the pause is over.
  written.addEventListener("change", look);
  written.form.addEventListener("reset", () => {
    told.textContent = "";
  });
  look();
}
