import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Connection facts for tools and scripts, in `.patchbay/dev.json`. Credentials are paths of files, never values. */
export interface DevFacts {
  readonly nats_url: string;
  readonly tenant: string;
  readonly agent_credentials: string;
  readonly admin_credentials: string;
  readonly auditor_credentials: string;
  /** Where the API is served over HTTP. */
  readonly gateway_url: string;
  /** File with the API key of an operator of the platform. */
  readonly operator_key: string;
  /** Where webhooks come to. */
  readonly webhooks_url: string;
  readonly sandbox_url: string | null;
  /** File with the token that the sandbox's control surface asks for. */
  readonly sandbox_control_token: string | null;
  readonly pid: number;
  readonly started_at: string;
  readonly shape: 'one_process' | 'processes';
  readonly executors: number;
}

/** Everything Patchbay keeps on this machine, mode 0700. */
export interface StateDirectory {
  readonly path: string;
  readonly keys: string;
  readonly nats: string;
  readonly redis: string;
  readonly database: string;
  readonly logs: string;
  /** A directory for each instance: see `PATCHBAY_AUDIT_SPOOL_DIR`. */
  readonly spool: string;
  readonly run: string;
  /** See `PATCHBAY_VAULT_ROOTS_DIR`. */
  readonly roots: string;
  /** A file: see `PATCHBAY_VAULT_ERASURES_FILE`. */
  readonly erasures: string;
  /** See `PATCHBAY_AUDIT_CHECKPOINTS`. */
  readonly checkpoints: string;
}

export function openStateDirectory(path: string): StateDirectory {
  const under = (name: string) => join(path, name);
  const state = {
    path,
    keys: under('keys'),
    nats: under('nats'),
    redis: under('redis'),
    database: under('postgres'),
    logs: under('logs'),
    spool: under('spool'),
    run: under('run'),
    roots: under('roots'),
    erasures: under('erasures'),
    checkpoints: under('checkpoints'),
  };
  for (const folder of [path, state.logs, state.spool, state.run]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }
  return state;
}

/** Writes a secret where only this user reads it, and returns its path. */
export function writeSecret(state: StateDirectory, name: string, value: string): string {
  const path = join(state.run, name);
  writeFileSync(path, value, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

function factsPath(state: StateDirectory): string {
  return join(state.path, 'dev.json');
}

/** Whole or not at all: a script never reads half a file. */
export function writeDevFacts(state: StateDirectory, facts: DevFacts): void {
  const draft = `${factsPath(state)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, factsPath(state));
}

/** Takes the facts away, so that nobody connects to what has stopped. */
export function removeDevFacts(state: StateDirectory): void {
  rmSync(factsPath(state), { force: true });
}

/** The process that runs on this state, or null. */
export function runningPid(state: StateDirectory): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(factsPath(state), 'utf8')) as DevFacts;
    process.kill(pid, 0);
    return pid === process.pid ? null : pid;
  } catch {
    return null;
  }
}
