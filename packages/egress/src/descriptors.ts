import { open } from 'node:fs/promises';
import { devNull } from 'node:os';

/** POSIX `open` and `socket`: the process has no descriptor left, or the machine has none. */
const descriptorCodes: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

export function isDescriptorCode(code: string): boolean {
  return descriptorCodes.has(code);
}

/**
 * Whether no descriptor is left. For failures of resolvers, which without a socket say that no server answered, or even
 * that there is no such name.
 */
export async function areDescriptorsExhausted(): Promise<boolean> {
  try {
    await (await open(devNull)).close();
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && isDescriptorCode(String(error.code));
  }
}
