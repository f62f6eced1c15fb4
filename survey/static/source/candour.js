// Every page: the behaviour of the GOV.UK components that we use.
import {
  Button,
  Checkboxes,
  ErrorSummary,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
  createAll,
} from "govuk-frontend";
import { forgetOnceLeft, offerLeaving } from "./respond/leaving.mjs";

document.body.classList.add("js-enabled");
offerLeaving();
forgetOnceLeft();
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) window.print();
});
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
  for (const component of [
    Button,
    Checkboxes,
    ErrorSummary,
    PasswordInput,
    Radios,
    SkipLink,
    Tabs,
  ]) {
    createAll(component);
  }
}
