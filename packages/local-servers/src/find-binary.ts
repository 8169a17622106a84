import { searchEnvironment } from './config.ts';
import { type ServerName, searchServer, serverRequirements } from './server-binaries.mjs';

/** No usable server program was found. The message says where it was looked for and what to do. */
export class MissingServerError extends Error {
  readonly server: ServerName;
  constructor(server: ServerName, tried: readonly string[]) {
    const { variable, minimumVersion } = serverRequirements[server];
    super(
      `No ${server} of version ${minimumVersion} or newer was found. Run 'node scripts/bootstrap.mjs', or set ${variable} to the program. Tried: ${tried.join('; ')}.`,
    );
    this.name = 'MissingServerError';
    this.server = server;
  }
}

/**
 * The path of a server program, found in the order bootstrap uses but without downloading anything.
 * @param projectRoot the checkout's root directory.
 * @throws MissingServerError
 */
export function findBinary(server: ServerName, projectRoot: string, env = searchEnvironment()): string {
  const found = searchServer(server, projectRoot, env);
  if (found.path === null) throw new MissingServerError(server, found.tried);
  return found.path;
}
