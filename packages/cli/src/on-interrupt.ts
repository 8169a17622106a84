/** Calls back at Ctrl-C, at once when it was pressed before. Returns how to stop listening. */
export function onInterrupt(interrupt: AbortSignal, callback: () => void): () => void {
  if (interrupt.aborted) callback();
  else interrupt.addEventListener('abort', callback, { once: true });
  return () => interrupt.removeEventListener('abort', callback);
}
