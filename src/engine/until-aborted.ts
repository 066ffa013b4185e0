/** Resolves when the signal aborts; at once where it has. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((aborted) => {
    const tell = (): void => {
      aborted();
    };
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
  });
}
