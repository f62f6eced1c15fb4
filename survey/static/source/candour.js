// Every page: the behaviour of the GOV.UK components that we use.
import {
  Button,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
  createAll,
} from "govuk-frontend";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
  for (const component of [
    Button,
    Checkboxes,
    ErrorSummary,
    ExitThisPage,
    PasswordInput,
    Radios,
    SkipLink,
    Tabs,
  ]) {
    createAll(component);
  }
}
