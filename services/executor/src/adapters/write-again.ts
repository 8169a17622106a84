/** Milliseconds after the first try in which another one may begin: JetStream may choose a leader. The shutdown's drain has room for it. */
const tryForMs = 11_000;
const gapMs = 500;

/**
 * Makes a compare-and-set write again when its answer was lost, as it is when the connection is lost meanwhile. Gives what
 * the write gives: whether it stands. A repeat finds a changed revision where an earlier try got through after all, so then
 * `stands` decides by what is there.
 * @throws what the last try failed with.
 */
export async function writeAgain(write: () => Promise<boolean>, stands: () => Promise<boolean>): Promise<boolean> {
  const startedAt = performance.now();
  for (let first = true; ; first = false) {
    try {
      return (await write()) || (!first && (await stands()));
    } catch (error) {
      if (performance.now() + gapMs > startedAt + tryForMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, gapMs));
    }
  }
}
