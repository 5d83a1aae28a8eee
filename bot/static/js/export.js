// Taking one's data along: fetched with the token, then handed to the browser as a file.

import { request } from "./api.js";

const PATIENCE = 120_000; // milliseconds; a long talk takes a while to pack

/** Download the export. Throws what `request` throws. */
export async function download(session) {
  const answer = request("/chat/export", { token: session.token, patience: PATIENCE });
  const response = await session.guard(answer);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = nameIn(response.headers.get("content-disposition") ?? "");
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function nameIn(header) {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header);
  return encoded ? decodeURIComponent(encoded[1]) : "nuanyu.zip";
}
