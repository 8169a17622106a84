import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of a program that is an MCP server over standard input and output; see `stdio-server.test-support.ts` for its arguments. */
export function stdioProgram(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'patchbay-mcp-')), 'desk');
  const server = fileURLToPath(new URL('./stdio-server.test-support.ts', import.meta.url));
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${server}' "$@"\n`);
  chmodSync(path, 0o700);
  return path;
}
