import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { loadShipped } from '@patchbay/catalog';
import { ensureDemoConnections, type RunningPatchbay, startPatchbay } from '@patchbay/launcher';
import { connectAdmin } from '@patchbay/sdk';
import { fewIntegrations } from '@patchbay/testkit';
import { afterAll } from 'vitest';
import { run } from './run.ts';

/** What one command line came to. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  /** The same to the byte. */
  readonly bytes: Buffer;
  readonly err: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Piped in. Default: nothing. */
  readonly input?: string;
  /** Typed at a terminal: one line for each question. */
  readonly typed?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly columns?: number;
  readonly interrupt?: AbortSignal;
  /** Called with standard output so far. */
  readonly onOutput?: (out: string) => void;
  /** Called with each text on standard error. */
  readonly onNote?: (text: string) => void;
}

/** Runs a command line in this process. */
export async function cli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const chunks: Buffer[] = [];
  let out = '';
  let err = '';
  const typed = [...(options.typed ?? [])];
  const stdin: Readable & { isTTY?: boolean } =
    options.typed === undefined ? Readable.from(options.input === undefined ? [] : [options.input]) : new PassThrough();
  if (options.typed !== undefined) stdin.isTTY = true;
  const code = await run(argv, {
    stdin,
    stdout: {
      write: (result) => {
        chunks.push(Buffer.from(result));
        out += chunks.at(-1)?.toString();
        options.onOutput?.(out);
      },
      isTTY: options.tty ?? false,
      columns: options.columns ?? 160,
    },
    stderr: {
      write: (text) => {
        err += text;
        options.onNote?.(text);
        // A question was asked: a person answers it once the terminal listens.
        if (text.endsWith(': ')) setImmediate(() => (stdin as PassThrough).write(`${typed.shift() ?? '\u0003'}\r`));
      },
      isTTY: options.tty ?? false,
    },
    env: { PATH: process.env.PATH, ...options.env },
    cwd: options.cwd ?? tmpdir(),
    interrupt: options.interrupt ?? new AbortController().signal,
  });
  return { code, out, bytes: Buffer.concat(chunks), err };
}

/** The one JSON document of a result. */
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in the document
export function json<T = Record<string, any>>({ out }: CliResult): T {
  return JSON.parse(out) as T;
}

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** A directory of one test's own, with files; it goes when the test file's last test has ended. */
export function directoryWith(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchbay-cli-'));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
  return directory;
}

/** A whole Patchbay with the sandbox, and a working directory from which commands find it. */
export interface Installation {
  readonly patchbay: RunningPatchbay;
  readonly cwd: string;
  cli(argv: readonly string[], options?: CliOptions): Promise<CliResult>;
  stop(): Promise<void>;
}

export async function startInstallation(
  variables: Parameters<typeof startPatchbay>[0]['variables'] = {},
  { catalogue = true, folder }: { readonly catalogue?: boolean; readonly folder?: string } = {},
): Promise<Installation> {
  const cwd = directoryWith();
  const patchbay = await startPatchbay({
    stateDir: join(cwd, '.patchbay'),
    tenants: ['acme', 'rival'],
    shape: 'one_process',
    executors: 1,
    sandbox: true,
    seedCatalog: catalogue && fewIntegrations,
    sandboxCatalog: fewIntegrations,
    ...(folder !== undefined && { integrationsDir: join(cwd, folder) }),
    logLevel: 'info',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
    variables,
  });
  const { facts } = patchbay;
  const admin = await connectAdmin({
    servers: facts.nats_url,
    tenant: facts.tenant,
    credentials: facts.admin_credentials,
  });
  if (catalogue) await ensureDemoConnections(admin, await loadShipped(fewIntegrations));
  await admin.close();
  return {
    patchbay,
    cwd,
    cli: (argv, options) => cli(argv, { cwd, ...options }),
    stop: () => patchbay.stop(),
  };
}
