import { hash } from 'node:crypto';
import type { Egress } from '@patchbay/egress';
import { HttpTransport } from './http-transport.ts';
import { cancelled, commandRefused, deadlinePassed, noRoom, notMcp, notReached, toolChanged } from './outcomes.ts';
import { ProgramStarts } from './program-starts.ts';
import { Session, Stopped } from './session.ts';
import { StdioTransport } from './stdio-transport.ts';
import type { McpCall, McpCaller, McpOutcome } from './types.ts';

export interface McpCallerOptions {
  readonly egress: Pick<Egress, 'open'>;
  /** Absolute paths of the programs that may be run, by the names that documents know them by. Default none. */
  readonly commands?: ReadonlyMap<string, string>;
  /** A line that a program wrote to its standard error, without the values that it was given. */

  readonly onStderr?: (command: string, text: string) => void;
  readonly onProgramEnded?: (command: string, why: 'exit' | 'memory' | 'message_too_large' | 'spawn_failed') => void;
  /** Milliseconds without a call after which a session is ended. Default 60,000. */
  readonly idleMs?: number;
  /** Milliseconds for opening a session. Default 10,000; the callers wait no longer than their deadlines. */
  readonly openMs?: number;
  /** Sessions kept at once; past that those unused for longest end. Default 1,024. */
  readonly maxSessions?: number;
  /** Programs running at once. Default 16. */
  readonly maxPrograms?: number;
  /** Resident memory of one program. Default 512 MiB. */
  readonly maxProgramBytes?: number;
}

interface Entry {
  readonly tenant: string;
  readonly connection: string;
  readonly isProgram: boolean;
  readonly transport: HttpTransport | StdioTransport;
  readonly opening: Promise<Session>;
  session: Session | null;
  busy: number;
  usedAt: number;
}

const maxOpeningBytes = 1_048_576;

/** Makes an `McpCaller`: a session for each (tenant, connection, credential, server), opened by the first call, kept while in use. */
export function createMcpCaller(options: McpCallerOptions): McpCaller {
  const { idleMs = 60_000, openMs = 10_000, maxSessions = 1_024, maxPrograms = 16 } = options;
  const entries = new Map<string, Entry>();
  const starts = new ProgramStarts();
  /** Out of use, with calls under way. */
  const dropped = new Set<Entry>();
  const ending = new Set<Promise<void>>();
  let closed = false;
  const sweeping = setInterval(() => sweep(performance.now()), Math.max(10, idleMs / 4)).unref();

  /** No more calls over it. It ends once those under way have: ending it sooner would lose their answers. */
  function drop(key: string, entry: Entry): void {
    if (entries.get(key) === entry) entries.delete(key);
    if (entry.busy > 0) dropped.add(entry);
    else end(entry);
  }

  function end(entry: Entry): void {
    dropped.delete(entry);
    // Nobody waits for a session that is still being opened.
    if (entry.session === null) void entry.transport.close();
    const ended = entry.opening.then(
      (session) => session.end(),
      () => undefined,
    );
    ending.add(ended);
    void ended.finally(() => ending.delete(ended));
  }

  function sweep(now: number): void {
    for (const [key, entry] of entries) if (entry.busy === 0 && now - entry.usedAt > idleMs) drop(key, entry);
  }

  /** Ends the idle one that was unused for longest, of those asked about. False when there is none. */
  function makeRoom(which: (entry: Entry) => boolean): boolean {
    let oldest: [string, Entry] | null = null;
    for (const one of entries)
      if (one[1].busy === 0 && which(one[1]) && (oldest === null || one[1].usedAt < oldest[1].usedAt)) oldest = one;
    if (oldest === null) return false;
    drop(...oldest);
    return true;
  }

  function open(key: string, call: McpCall): Entry | McpOutcome {
    const { tenant, maxResponseBytes } = call.request;
    const isProgram = call.stdio !== null;
    const programs = isProgram ? [...entries.values()].filter((entry) => entry.isProgram).length : 0;
    if (programs >= maxPrograms && !makeRoom((entry) => entry.isProgram)) return noRoom();
    if (entries.size >= maxSessions) makeRoom(() => true);
    let transport: HttpTransport | StdioTransport;
    if (call.stdio === null) transport = new HttpTransport(options.egress, call.request);
    else {
      const { command, args, env } = call.stdio;
      const path = options.commands?.get(command);
      if (path === undefined) return commandRefused(command);
      const waitMs = starts.waitMs(key, performance.now());
      if (waitMs > 0) return notReached(`The MCP server '${command}' ended unexpectedly and is not started again yet.`);
      transport = new StdioTransport({
        path,
        args,
        env,
        maxMessageBytes: Math.max(maxResponseBytes, maxOpeningBytes),
        maxMemoryBytes: options.maxProgramBytes ?? 512 * 1_048_576,
        onStderr: (text) => options.onStderr?.(command, withoutValues(text, Object.values(env))),
        onEnded: (why) => {
          const entry = entries.get(key);
          // It went by itself: our own ends come after it has left the table.
          if (entry !== undefined && entry.transport === transport) {
            starts.failed(key, performance.now());
            entries.delete(key);
            options.onProgramEnded?.(command, why);
          }
        },
      });
    }
    const session = new Session(transport);
    const opening = session.open(openMs, maxOpeningBytes).then(
      () => session,
      async (error) => {
        if (entries.get(key) === entry) {
          entries.delete(key);
          if (isProgram) starts.failed(key, performance.now());
        }
        await session.end();
        throw error;
      },
    );
    opening.catch(() => undefined);
    const entry: Entry = {
      tenant,
      connection: call.connection,
      isProgram,
      transport,
      opening,
      session: null,
      busy: 0,
      usedAt: performance.now(),
    };
    void opening.then(
      (opened) => {
        entry.session = opened;
      },
      () => undefined,
    );
    entries.set(key, entry);
    return entry;
  }

  async function attempt(call: McpCall, args: Record<string, unknown>, again: boolean): Promise<McpOutcome> {
    const { request } = call;
    const startedAt = performance.now();
    const key = keyOf(call);
    let entry = entries.get(key);
    if (entry?.session?.ended === true) {
      drop(key, entry);
      entry = undefined;
    }
    if (entry === undefined) {
      const opened = open(key, call);
      if ('ok' in opened) return opened;
      entry = opened;
    }
    entry.busy += 1;
    try {
      const session = await within(entry.opening, request.deadlineAt, request.signal);
      if (call.digest !== null) {
        const listing = session.digestOf(
          call.tool,
          request.deadlineAt,
          Math.max(request.maxResponseBytes, maxOpeningBytes),
        );
        const found = await within(listing, request.deadlineAt, request.signal);
        if (found !== call.digest) return toolChanged(call.tool, found);
      }
      const outcome = await session.call(call, args, performance.now() - startedAt);
      starts.worked(key);
      // The server does not know the session any more, so it has not looked at the call (Streamable HTTP, session management).
      if (outcome.ok && outcome.response.status === 404 && again && session.isKept) {
        drop(key, entry);
        return await attempt(call, args, false);
      }
      return outcome;
    } catch (error) {
      if (error instanceof Stopped) {
        const { outcome } = error;
        // Here too: the list of tools can be the first to meet a server that forgot.
        if (again && entry.session?.isKept === true && outcome.ok && outcome.response.status === 404) {
          drop(key, entry);
          return await attempt(call, args, false);
        }
        return outcome;
      }
      return notMcp(false);
    } finally {
      entry.busy -= 1;
      entry.usedAt = performance.now();
      if (entry.busy === 0 && dropped.has(entry)) end(entry);
    }
  }

  return {
    async call(call) {
      const { request } = call;
      if (closed || request.signal?.aborted === true) return cancelled(false);
      if (!(performance.now() < request.deadlineAt)) return deadlinePassed(false);
      const text = typeof request.body === 'string' ? request.body : Buffer.from(request.body ?? []).toString();
      const args: unknown = text === '' ? {} : JSON.parse(text);
      return attempt(call, args as Record<string, unknown>, true);
    },
    forget(tenant, connection) {
      for (const [key, entry] of entries)
        if (entry.tenant === tenant && (connection === null || entry.connection === connection)) drop(key, entry);
    },
    stats: () => ({
      sessions: entries.size,
      programs: [...entries.values()].filter((entry) => entry.isProgram).length,
    }),
    async close() {
      closed = true;
      clearInterval(sweeping);
      for (const entry of [...entries.values(), ...dropped]) end(entry);
      entries.clear();
      await Promise.all(ending);
    },
  };
}

/** The credential stands in the headers, the URL or the environment: of these only a digest is kept. */
function keyOf({ request, stdio, connection }: McpCall): string {
  const { tenant, url, headers } = request;
  const shown =
    stdio === null
      ? [url, sorted(headers).filter(([name]) => name !== 'traceparent')]
      : [stdio.command, stdio.args, sorted(stdio.env)];
  return JSON.stringify([tenant, connection, hash('sha256', JSON.stringify(shown))]);
}

/** Shorter values would blank out ordinary words. */
const minHiddenLength = 4;

function withoutValues(text: string, values: readonly string[]): string {
  return values
    .filter((value) => value.length >= minHiddenLength)
    .reduce((left, value) => left.replaceAll(value, '[secret]'), text);
}

/** What comes of it, as long as there is time. @throws Stopped */
function within<T>(work: Promise<T>, deadlineAt: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const stop = (outcome: McpOutcome) => {
      done();
      reject(new Stopped(outcome));
    };
    const onAbort = () => stop(cancelled(false));
    const timer = setTimeout(() => stop(deadlinePassed(false)), Math.max(1, deadlineAt - performance.now()));
    signal?.addEventListener('abort', onAbort);
    work.then(
      (value) => {
        done();
        resolve(value);
      },
      (error) => {
        done();
        reject(error);
      },
    );
  });
}

function sorted(pairs: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1));
}
