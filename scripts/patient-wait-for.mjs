import { vi } from 'vitest';

/**
 * `vi.waitFor` gives up after a second unless told otherwise, and has no setting for it, as `expect.poll` has. What comes
 * to pass is looked for much longer: only a test that fails waits that long, and no verdict is a busy machine's.
 */
const patience = { timeout: 10_000 };
const { waitFor } = vi;

vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { ...patience, ...options });
