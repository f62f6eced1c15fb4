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
import { offerLeaving } from "./respond/leaving.mjs";

document.body.classList.add("js-enabled");
offerLeaving();
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
