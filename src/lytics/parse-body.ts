/**
 * The JSON of a body of Lytics; `undefined` for what is none. An id that is a number of more digits than a number keeps becomes
 * a text, as it is written: two would else be one. Pure.
 */
export function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body).replaceAll(longId, asText));
  } catch {
    return undefined;
  }
}

/**
 * The fields whose names end in `id`: those that `readJob` reads, and any other (`work_id`), by which events without an id
 * of their own are told apart. Inside a text a quote has a backslash before it, so that nothing there is one of them; and a
 * text is never walked through: 64 MB take 0.05 s.
 */
const longId = /([iI]d"\s*:\s*)(-?[1-9]\d{15,})(?=\s*[,}])/g;

function asText(token: string, name: string, digits: string): string {
  return Number.isSafeInteger(Number(digits)) ? token : `${name}"${digits}"`;
}
