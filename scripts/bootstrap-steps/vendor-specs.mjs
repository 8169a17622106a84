import { join } from 'node:path';
import { run } from './run.mjs';

/**
 * Gets the vendors' API specifications that tests hold the catalogue against, into `.tools/vendor-specs`.
 * @returns {Promise<string | null>} null, or what went wrong and what to do.
 */
export async function provideVendorSpecs(root, node) {
  const script = join('packages', 'vendor-specs', 'src', 'fetch-all.ts');
  const { status, output } = await run(node.path, [script], { cwd: root, timeoutMs: 900_000 });
  return status === 0 ? null : output.trim();
}
