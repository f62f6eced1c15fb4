// Check your answers, made in the page: in sealed mode no answer leaves it unsealed.
import { join } from "./bytes.mjs";
import { fill, page, say } from "./filling.mjs";
import { isAsked, route } from "./routing.mjs";

function text(element) {
  return element.textContent.trim();
}

/** A comment as it was written; signs that no text has, such as other programs paste, are spaces. */
export function asWritten(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])[\p{Cc}\p{Noncharacter_Code_Point}\ufeff]/gu, " ")
    .trim();
}

/**
 * What one question shows: {id, asked, question, comment, telling, given: [{value, label, alone}]};
 * `comment` is the text of one that is answered in one's own words, and `telling` what it may tell of
 * its writer; undefined of all others.
 */
function read(group) {
  const field = group.querySelector("textarea");
  const comment = field ? asWritten(field.value) : undefined;
  const chosen = [...group.querySelectorAll(":checked")].filter(({ value }) => value);
  return {
    id: group.querySelector("[name]").name,
    asked: isAsked(group),
    question: text(group.querySelector(".candour-question__text")),
    comment,
    telling: group.querySelector(".candour-telling")?.textContent,
    given: comment
      ? [{ label: comment }]
      : chosen.map((choice) => ({
          value: choice.value,
          label: text(choice.labels?.[0] ?? choice),
          alone: choice.dataset.behaviour,
        })),
  };
}

function askedIn(root) {
  return questionsIn(root).filter(({ asked }) => asked);
}

function questionsIn(root) {
  return [...root.querySelectorAll(".candour-question")].map(read);
}

/** Question id -> the values given, as the form would send them; left questions are left out. */
export function answersOf(form) {
  const answered = questionsIn(form).filter(({ given, comment }) => given.length && !comment);
  return Object.fromEntries(answered.map(({ id, given }) => [id, given.map(({ value }) => value)]));
}

/** [id, text] of every comment of the survey, empty or not: one that is not asked is empty. */
export function commentsOf(form) {
  route(form);
  const every = questionsIn(form).filter(({ comment }) => comment !== undefined);
  return every.map(({ id, comment, asked }) => [id, asked ? comment : ""]);
}

/** Questions whose answers exclude one another or are too long, as {href, text}. */
export function answerProblems(form) {
  const words = form.dataset;
  return askedIn(form).flatMap(({ id, question, given, comment = "" }) => {
    const answer = given.length > 1 && given.find(({ alone }) => alone);
    const over = join(comment).length - words.longest;
    if (!answer && over <= 0) return [];
    const sentence = answer ? words.alone : words.tooLong;
    return [{ href: `#q-${id}`, text: say(sentence, { answer: answer.label, question, over }) }];
  });
}

function storedAs(words, folds, { id, given: [first] }) {
  const kept = first && folds[id]?.[first.value];
  if (kept === null) return words.nothingStored;
  if (!kept || kept[1] === first.label) return null;
  return say(words.storedAs, { answer: first.label, kept: kept[1] });
}

/** The check page, for Steps.showReply. */
export function checkPage(form) {
  route(form);
  const words = form.dataset;
  const folds = JSON.parse(words.folds);
  const all = askedIn(form);
  const answered = all.filter(({ given }) => given.length).length;
  const made = page("check-page", words.survey, {
    answered,
    asked: all.length,
    left: answered < all.length || null,
    dropped: questionsIn(form).some(({ given, asked }) => given.length && !asked) || null,
  });
  const example = made.main.querySelector(".candour-checked__section");
  for (const section of form.querySelectorAll(".candour-section")) {
    const asked = askedIn(section);
    if (!asked.length) continue;
    const shown = example.cloneNode(true);
    const row = shown.querySelector(".govuk-summary-list__row");
    fill(shown, { title: text(section.querySelector(".candour-section__title")) });
    for (const question of asked) {
      const labels = question.given.map(({ label }) => label).join(", ");
      const filled = fill(row.cloneNode(true), {
        question: question.question,
        answer: labels || null,
        unanswered: labels ? null : true,
        stored: storedAs(words, folds, question),
        telling: question.telling || null,
      });
      filled.querySelector("[data-change]").dataset.change = `q-${question.id}`;
      row.before(filled);
    }
    row.remove();
    example.before(shown);
  }
  example.remove();
  return made;
}
