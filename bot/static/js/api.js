// One request to the server, with a limit on how long it may take.

const PATIENCE = 20_000; // milliseconds

/** The server answered, but not with what was asked for. */
export class Refused extends Error {
  constructor(status, body) {
    super(`the server answered ${status}`);
    this.status = status;
    this.code = body?.code ?? "";
    this.card = body?.card ?? null;
  }
}

/** Ask the server and return its JSON. Throws Refused, or whatever fetch throws when offline. */
export async function call(path, options = {}) {
  const response = await request(path, options);
  return response.json();
}

/** Ask the server and return its answer. Throws Refused, or whatever fetch throws when offline. */
export async function request(path, { method = "GET", body, token, patience = PATIENCE } = {}) {
  const headers = { "Accept-Language": document.documentElement.lang };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop.signal,
      cache: "no-store",
      credentials: "omit",
    });
    if (!response.ok) throw new Refused(response.status, await problemIn(response));
    return response;
  } finally {
    clearTimeout(timer);
  }
}

async function problemIn(response) {
  try {
    return await response.json();
  } catch {
    return null; // a proxy's own page
  }
}
