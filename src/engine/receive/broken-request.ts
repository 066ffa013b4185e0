/** The words to whoever sent what is no request, by the status of the answer. */
export const brokenWords = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
} as const;

/** The status of the answer to what is no request: by Node's codes, as Node itself would answer. Pure. */
export function statusOfBroken(error: Error): keyof typeof brokenWords {
  switch (codeIn(error)) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return 413;
    default:
      return 400;
  }
}

/** Whether it was the connection that broke, so that nobody is there to be answered. Pure. */
export function isReset(error: Error): boolean {
  return codeIn(error) === "ECONNRESET";
}

function codeIn(error: Error): unknown {
  return "code" in error ? error.code : null;
}
