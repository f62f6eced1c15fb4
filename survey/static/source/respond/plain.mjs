// Plain mode, for browsers that cannot seal: the server does the same steps inside its requests.
import { postFields, untilAnswered } from "./asking.mjs";

const CODE = "candour.code";
const TICKET = "candour.ticket";
const ATTEMPT = "candour.attempt";

/** The mode as respond.js uses it. */
export function plainMode(form) {
  let page = null;

  async function codeProblems() {
    const [all, asked] = [new FormData(form), new FormData()];
    for (const name of [CODE, TICKET]) asked.set(name, all.get(name));
    const reply = await postFields(form.action, asked);
    return reply && reply.problems;
  }

  /** The server's check page. Changes after a lost reply belong to the same attempt. */
  async function review() {
    const fields = new FormData(form);
    if (page) fields.set(ATTEMPT, page.elements[ATTEMPT].value);
    const reply = await postFields(form.action, fields);
    page = reply?.main?.querySelector("#checked") ?? page;
    return reply;
  }

  function send(_code, onWaiting) {
    const fields = new URLSearchParams(new FormData(page));
    return untilAnswered(() => postFields(page.action, fields), onWaiting);
  }

  return { codeProblems, review, send };
}
