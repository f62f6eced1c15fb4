// How findable somebody is, by what they tell about themselves: looked up on the device, in a table
// that is the same for everybody. Nothing is sent, and nothing is fetched.

/** Every way to take one of each list's elements, or none of it. */
function combinations(lists) {
  return lists.reduce(
    (found, list) => found.flatMap((one) => [null, ...list].map((next) => [...one, next])),
    [[]],
  );
}

/** The breakdowns that pick a group. */
function kind(id) {
  return id.replace(/=[^&]*/g, "");
}

/** Whether groups of a kind were counted: with any, all that one thing picks; crossings may not be. */
function isCounted(of, bands) {
  const told = Object.keys(bands);
  return of.includes("&") ? told.some((id) => kind(id) === of) : told.length > 0;
}

function group(picked, bands) {
  const named = picked.filter(Boolean);
  const id = named.map(({ breakdown, value }) => `${breakdown}=${value}`).join("&");
  const label = named.map(({ label }) => label).join(", ");
  return { id, label, band: bands[id] ?? null };
}

/** The lower edge of a band in words; of nothing told, more than any. */
function size({ band }) {
  return band === null ? Infinity : parseInt(band, 10);
}

/**
 * The finest declared groups that somebody is in: [{label, band, counted, within}]. `band` is null
 * where it is too few to say, or where groups of its kind are not `counted`: nobody said how many.
 * `within` is then the smallest group around it that is told, {label, band}, or null.
 * `picked` holds question -> published category.
 */
export function groupsOf(picked, { breakdowns, tables, bands }) {
  const chains = new Map();
  for (const { id, question, of } of breakdowns) {
    const chain = of[picked[question]];
    if (!chain) continue;
    chains.set(
      id,
      chain.map(([value, label, level]) => ({ breakdown: id, value, label, level })),
    );
  }
  // A table publishes its margins too: what is left of it where less is told.
  const told = new Map();
  for (const table of tables) {
    const known = Object.entries(table).filter(([id]) => chains.has(id));
    if (known.length) told.set(JSON.stringify(known.sort()), Object.fromEntries(known));
  }
  const found = [...told.values()].map((table) => {
    // Names of groups follow the order of the breakdowns.
    const used = breakdowns.map(({ id }) => id).filter((id) => id in table);
    const lists = used.map((id) => chains.get(id).filter(({ level }) => level <= table[id]));
    const finest = group(
      lists.map((list) => list.at(-1)),
      bands,
    );
    const containing = combinations(lists).filter((one) => one.some(Boolean));
    const sizes = containing.map((one) => group(one, bands)).sort((a, b) => size(a) - size(b));
    const within = finest.band === null && sizes[0]?.band ? sizes[0] : null;
    return { table, used, ...finest, counted: isCounted(kind(finest.id), bands), within };
  });
  // What lies around a group of another table, and no finer, needs no line of its own.
  const around = (one, other) =>
    one !== other && one.used.every((id) => one.table[id] <= other.table[id]);
  return found.filter((one) => one.label && !found.some((other) => around(one, other)));
}

/**
 * Answers that say less than what is picked, the nearest first: [{question, about, value, label}];
 * `value` is null for saying nothing.
 */
export function lessThan(picked, { breakdowns }) {
  const seen = new Set();
  return breakdowns.flatMap(({ question, label: about, of, coarser }) => {
    const chain = of[picked[question]];
    if (!chain || seen.has(question)) return [];
    seen.add(question);
    const wider = chain.slice(0, -1).filter(([value]) => coarser.includes(value));
    const offers = wider.reverse().map(([value, label]) => ({ question, about, value, label }));
    return [...offers, { question, about, value: null, label: null }];
  });
}

/** The smallest group that is told among those that somebody is counted in; null without any. */
export function smallest(groups) {
  const told = groups.flatMap((one) => (one.band ? [one] : one.within ? [one.within] : []));
  return told.sort((a, b) => size(a) - size(b))[0] ?? null;
}
