/** Whether a text can be the path of an address to which is delivered: `/adobe`. Pure. */
export function isPath(text: string): boolean {
  return text.startsWith("/") && !/[?#\s]/.test(text);
}
