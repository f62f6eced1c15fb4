// The same test of a typed code that survey/collect/codes.py makes, so that a typing mistake is
// noticed before anything is sent: 20 symbols of Crockford's base 32, the last four of which are
// Reed-Solomon check symbols over GF(32). tests/unit compares the two on random codes.
import { ALPHABET, fromNumber, inFours } from "./bytes.mjs";

const ALIKE = { O: "0", I: "1", L: "1" };
const SYMBOLS = 20;
const DATA_SYMBOLS = 16;
const CHECK_SYMBOLS = 4;
const RAW_BYTES = 10;
const FIELD_POLYNOMIAL = 0b100101;

function multiply(a, b) {
  let product = 0;
  for (; b; b >>= 1) {
    if (b & 1) product ^= a;
    a = (a << 1) ^ (a & 16 ? FIELD_POLYNOMIAL : 0);
  }
  return product;
}

function power(exponent) {
  let value = 1;
  for (let step = exponent % 31; step; step -= 1) value = multiply(value, 2);
  return value;
}

/** 4 rows of 20, as CHECK_MATRIX in codes.py. */
export const CHECK_MATRIX = Array.from({ length: CHECK_SYMBOLS }, (_, row) =>
  Array.from({ length: SYMBOLS }, (_, place) => power((row + 1) * (SYMBOLS - 1 - place))),
);

/** Symbols without spaces and hyphens, in capitals, O read as 0 and I or L as 1. */
export function alike(text) {
  const typed = text.toUpperCase().replace(/[\s\-‐‑–—]/g, "");
  return typed.replace(/[OIL]/g, (symbol) => ALIKE[symbol]);
}

/** The 20 symbols as numbers, or null when the text does not have 20 symbols of a code. */
function symbolsOf(text) {
  const symbols = [...alike(text)].map((symbol) => ALPHABET.indexOf(symbol));
  return symbols.length === SYMBOLS && symbols.every((value) => value >= 0) ? symbols : null;
}

/** Whether `text` is how a code looks, in any case, with or without spaces and hyphens. */
export function isCode(text) {
  const symbols = symbolsOf(text);
  return (
    symbols !== null &&
    CHECK_MATRIX.every(
      (row) => row.reduce((sum, weight, place) => sum ^ multiply(weight, symbols[place]), 0) === 0,
    )
  );
}

/** The code as it is printed on a card; the text itself when it is none. */
export function asPrinted(text) {
  return isCode(text) ? inFours(alike(text)) : text;
}

/** The 10 raw bytes of a code. */
export function rawOf(text) {
  const data = symbolsOf(text).slice(0, DATA_SYMBOLS);
  const number = data.reduce((sum, symbol) => (sum << 5n) | BigInt(symbol), 0n);
  return fromNumber(number, RAW_BYTES);
}
