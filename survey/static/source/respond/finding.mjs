// The box that says how findable somebody is, kept up with what they pick.
import { answersOf } from "./checking.mjs";
import { fill, say } from "./filling.mjs";
import { SPOKEN } from "./spoken.mjs";
import { groupsOf, lessThan, smallest } from "./findable.mjs";

const WITHHELD = "prefer-not-to-say";

/** Keeps the box true to what is picked in the form. */
export function tellFindable(form) {
  const box = document.getElementById("findable");
  const words = box.dataset;
  const folds = JSON.parse(form.dataset.folds);
  const [row, less, only] = ["findable-group", "findable-less", "findable-only"].map(
    (id) => document.getElementById(id).content.firstElementChild,
  );
  const [status, list, offers] = ["status", "list", "offers"].map((part) =>
    box.querySelector(`[data-part=${part}]`),
  );

  // Read anew each time: labels are in the language that is shown.
  const read = () => JSON.parse(words.groups);

  /** Question -> the published category that its answer is folded to, as it is sealed. */
  function picked(data) {
    const answers = answersOf(form);
    const questions = new Set(data.breakdowns.map(({ question }) => question));
    return Object.fromEntries(
      [...questions].flatMap((question) => {
        const given = answers[question]?.[0];
        const kept = given && folds[question]?.[given];
        if (!given || kept === null || given === WITHHELD) return [];
        return [[question, kept ? kept[0] : given]];
      }),
    );
  }

  function look() {
    const data = read();
    const said = picked(data);
    const groups = groupsOf(said, data);
    const least = smallest(groups);
    const text = say(sentence(least, groups), least ?? {});
    if (status.textContent !== text) status.textContent = text;
    list.replaceChildren(...groups.map(shown));
    list.hidden = !groups.length;
    offers.replaceChildren(...lessThan(said, data).map(offered));
    offers.hidden = !groups.length;
  }

  function sentence(least, groups) {
    if (least) return words.told;
    if (!groups.length) return words.nothing;
    return groups.some(({ counted }) => counted) ? words.untold : words.unknown;
  }

  function shown({ label, band, counted, within }) {
    const why = counted ? words.few : words.uncounted;
    const instead = within ? say(words.within, within) : counted && words.everybody;
    const untold = [why, instead].filter(Boolean).join("; ");
    return fill(row.cloneNode(true), { label, band: band ? say(words.band, { band }) : untold });
  }

  /** A button that takes one answer back: a coarser one is given, or its question is withheld. */
  function offered({ question, about, value, label }) {
    const offer = fill((value ? only : less).cloneNode(true), { about, label });
    offer.querySelector("button").addEventListener("click", () => {
      answer(question, value ?? WITHHELD);
      form.dispatchEvent(new Event("input", { bubbles: true }));
      box.querySelector("h2").focus();
    });
    return offer;
  }

  function answer(question, value) {
    const fields = [...form.elements].filter(({ name }) => name === question);
    if (fields[0].tagName === "SELECT") fields[0].value = value;
    else for (const field of fields) field.checked = field.value === value;
  }

  form.addEventListener("input", look);
  document.addEventListener(SPOKEN, look);
  look();
}
