import { PatchbayError } from '@patchbay/contracts';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { type GlobalOptions, resolveTarget, type Target } from './config.ts';
import { CannotConnectError } from './failures.ts';
import type { Style } from './render/style.ts';
import type { CliIo } from './terminal.ts';

/** What a command works with. */
export interface CommandContext {
  readonly io: CliIo;
  readonly globals: GlobalOptions;
  readonly style: Style;
  /** The result, to standard output: one JSON document with --json, else text. */
  show(document: unknown, text: () => string): void;
  /** One of many results of a command that goes on: a JSON line, or text. */
  showLine(document: unknown, text: () => string): void;
  /** Something beside the result, to standard error; nothing with --json. */
  note(text: string): void;
  /** Connected when first asked for; closed when the command ends. @throws CannotConnectError, NotRunningError. */
  agent(): Promise<Agent>;
  admin(): Promise<Admin>;
}

/** Connects as the options say. The caller closes. */
export async function connectAgent(target: Target): Promise<Agent> {
  return connectOr(() => connect({ ...target, name: 'patchbay-cli' }));
}

export async function connectOperator(target: Target): Promise<Admin> {
  return connectOr(() => connectAdmin({ ...target, name: 'patchbay-cli' }));
}

async function connectOr<T>(connecting: () => Promise<T>): Promise<T> {
  try {
    return await connecting();
  } catch (error) {
    throw error instanceof PatchbayError ? new CannotConnectError(error) : error;
  }
}

export interface OpenContext extends CommandContext {
  close(): Promise<void>;
}

export function openContext(io: CliIo, globals: GlobalOptions, style: Style): OpenContext {
  const write = (text: string) => io.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  let agent: Promise<Agent> | null = null;
  let admin: Promise<Admin> | null = null;
  return {
    io,
    globals,
    style,
    show: (document, text) => write(globals.json ? JSON.stringify(document, null, 2) : text()),
    showLine: (document, text) => write(globals.json ? JSON.stringify(document) : text()),
    note: (text) => globals.json || io.stderr.write(`${text}\n`),
    agent() {
      agent ??= connectAgent(resolveTarget(globals, io, 'agent'));
      return agent;
    },
    admin() {
      admin ??= connectOperator(resolveTarget(globals, io, 'admin'));
      return admin;
    },
    async close() {
      for (const opened of await Promise.allSettled([agent, admin]))
        if (opened.status === 'fulfilled') await opened.value?.close();
    },
  };
}
