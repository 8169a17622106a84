export interface SandboxProcessConfig {
  /** The address it listens at. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly record: boolean;
  readonly uniqueIds: boolean;
  /** Directory of documents; null is the catalogue that comes with Patchbay. */
  readonly catalog: string | null;
  /** Ids of the documents that it serves; null: all. */
  readonly integrations: readonly string[] | null;
}

/**
 * Reads `PATCHBAY_SANDBOX_HOST` (default the loopback), `PATCHBAY_SANDBOX_PORT` (default 0), `PATCHBAY_SANDBOX_FAST` (`1` keeps no requests), `PATCHBAY_SANDBOX_UNIQUE_IDS`
 * (`1`), `PATCHBAY_SANDBOX_CATALOG` (a directory of YAML documents) and `PATCHBAY_SANDBOX_INTEGRATIONS` (ids, with commas
 * between them; default all). @throws RangeError naming the variable.
 */
export function readSandboxConfig(env: NodeJS.ProcessEnv = process.env): SandboxProcessConfig {
  const port = Number(env.PATCHBAY_SANDBOX_PORT ?? '0');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError('PATCHBAY_SANDBOX_PORT must be a port, 0 to 65535');
  return {
    host: env.PATCHBAY_SANDBOX_HOST ?? '127.0.0.1',
    port,
    record: !flag(env, 'PATCHBAY_SANDBOX_FAST'),
    uniqueIds: flag(env, 'PATCHBAY_SANDBOX_UNIQUE_IDS'),
    catalog: env.PATCHBAY_SANDBOX_CATALOG ?? null,
    integrations: env.PATCHBAY_SANDBOX_INTEGRATIONS?.split(',').filter((id) => id !== '') ?? null,
  };
}

function flag(env: NodeJS.ProcessEnv, name: string): boolean {
  const value = env[name] ?? '0';
  if (value !== '0' && value !== '1') throw new RangeError(`${name} must be 0 or 1`);
  return value === '1';
}
