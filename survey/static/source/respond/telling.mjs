// What in a comment could tell who wrote it: the rules of survey/questionnaire/telling.json, read as
// survey/questionnaire/telling.py reads them. A test compares the two.
import table from "../../../questionnaire/telling.json" with { type: "json" };

const MOST_NAMED = 6;
const outside = table.no_letter;

const rules = table.rules.map(([kind, flags, written]) => {
  const whole = written.replace(/\{([a-z_]+)\}/g, (_, name) => table.lists[name]);
  return [kind, new RegExp(`(^|[^${outside}])(${whole})(?![${outside}])`, `g${flags}`)];
});

/** [{kind, start, text}] of whatever looks as if it told who wrote a text, in its order. */
export function find(text) {
  const every = rules.flatMap(([kind, rule]) =>
    [...text.matchAll(rule)].map((match) => ({
      kind,
      start: match.index + match[1].length,
      text: match[2],
    })),
  );
  every.sort((one, other) => one.start - other.start || other.text.length - one.text.length);
  let end = 0;
  return every.filter(({ start, text }) => {
    if (start < end) return false;
    end = start + text.length;
    return true;
  });
}

/** What its writer is told before sending, in `language`; empty when nothing was found. */
export function warning(text, language) {
  const said = table.said[language];
  const named = new Set(find(text).map((one) => `${said.kinds[one.kind]} (“${one.text}”)`));
  if (!named.size) return "";
  return said.warning.replace("{found}", () => [...named].slice(0, MOST_NAMED).join(", "));
}
