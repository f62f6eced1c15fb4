// Plain mode, for browsers that cannot seal: the server does the same steps inside its requests.
import { postFields, untilAnswered } from "./asking.mjs";

const CODE = "candour.code";
const ATTEMPT = "candour.attempt";

export class Plain {
  constructor(form) {
    this.form = form;
  }

  async codeProblems(code) {
    const reply = await postFields(this.form.action, { [CODE]: code });
    return reply && reply.problems;
  }

  /** The server's check page. Changes after a lost reply belong to the same attempt. */
  async review() {
    const reply = await postFields(this.form.action, new FormData(this.form));
    this.page = reply?.main?.querySelector("#checked");
    if (this.page) this.keepAttempt(this.page.elements[ATTEMPT].value);
    return reply;
  }

  send(_code, onWaiting) {
    const { action } = this.page;
    const fields = new FormData(this.page);
    return untilAnswered(() => postFields(action, fields), onWaiting);
  }

  keepAttempt(attempt) {
    let field = this.form.elements[ATTEMPT];
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = ATTEMPT;
      this.form.append(field);
    }
    field.value = attempt;
  }
}
