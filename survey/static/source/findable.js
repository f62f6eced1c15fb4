// Says how findable somebody is by what they pick, on the device alone: nothing is sent.
import { tellFindable } from "./respond/finding.mjs";

tellFindable(document.getElementById("survey"));
