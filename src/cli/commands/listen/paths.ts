/** Whether a text is the path of an address to which is delivered, as whoever delivers sends it: `/adobe`. Pure. */
export function isPath(text: string): boolean {
  const base = "http://localhost";
  return URL.canParse(text, base) && new URL(text, base).pathname === text;
}

/** Why a text is none. */
export const pathForm =
  "it is the part of the address behind host and port as it is sent: it begins with a slash, and ä is %C3%A4";
