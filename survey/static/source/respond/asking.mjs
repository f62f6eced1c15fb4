// Requests to our own servers: without cookies, without a referrer, repeated while the line is down.
import { toText } from "./bytes.mjs";

const OPTIONS = {
  method: "POST",
  cache: "no-store",
  credentials: "omit",
  redirect: "error",
  referrerPolicy: "no-referrer",
};

/** Thrown with a sentence for the person who answers. */
export class Told extends Error {}

async function post(address, options, read) {
  try {
    const response = await fetch(address, { ...OPTIONS, ...options });
    return await read(response);
  } catch {
    return null;
  }
}

/** What came back as a page: its status, title, main content and the problems it names. */
async function readPage(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const links = [...page.querySelectorAll(".govuk-error-summary__list a")];
  return {
    status: response.status,
    title: page.title,
    main: page.querySelector("main"),
    problems: links.map((link) => ({
      href: link.getAttribute("href"),
      text: link.textContent.trim(),
    })),
  };
}

/** Posts the fields of a form and reads the page that comes; null when there is no connection. */
export function postFields(address, body) {
  return post(address, { body }, readPage);
}

/**
 * Posts named bytes as JSON; gives {status, content}, or null when no JSON came back. It is sent as
 * plain text, which another host takes without being asked beforehand.
 */
export function postBytes(address, named) {
  const texts = Object.entries(named).map(([name, bytes]) => [name, toText(bytes)]);
  const body = JSON.stringify(Object.fromEntries(texts));
  return post(address, { body }, async (response) => ({
    status: response.status,
    content: await response.json(),
  }));
}

const WAITS = [2, 5, 10, 20, 30];

/** Asks until something comes back that is no passing failure; `onWaiting` is told in between. */
export async function untilAnswered(ask, onWaiting) {
  for (let tries = 0; ; tries += 1) {
    const reply = await ask();
    if (reply && reply.status < 500) return reply;
    onWaiting();
    await wait(WAITS[Math.min(tries, WAITS.length - 1)]);
  }
}

/** What the server says to named bytes; null when it refuses a code, or throws Told. */
export async function told(address, named, words, onWaiting) {
  const { status, content } = await untilAnswered(() => postBytes(address, named), onWaiting);
  if (status === 200) return content;
  if (status === 403 && named.blinded) return null;
  throw new Told(content.error ?? words.refused);
}

function wait(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
  });
}
