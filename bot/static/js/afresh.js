// Beginning anew: this browser forgets everything, and so does this page's memory.

import { clearDevice, tab } from "./keep.js";
import { language } from "./words.js";

/** Load a page that knows nothing; words that were not sent become its draft. */
export function beginAfresh(unsent = null) {
  const draft = unsent === null ? "" : [...unsent, tab.get("draft")].filter(Boolean).join("\n");
  clearDevice();
  if (draft) tab.set("draft", draft);
  location.replace(`/chat?lang=${language()}`);
}
