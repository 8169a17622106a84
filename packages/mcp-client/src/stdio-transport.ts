import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from '@modelcontextprotocol/client';

/** Milliseconds that a program has to end by itself once its input is closed, and then once it is asked to. */
const leaveMs = 500;
const termMs = 1_500;
const watchMs = 1_000;
const maxLineChars = 2_000;

export interface StdioProgram {
  readonly path: string;
  readonly args: readonly string[];
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Most bytes of one message. */
  readonly maxMessageBytes: number;
  /** Most bytes of resident memory of the program itself. */
  readonly maxMemoryBytes: number;
  /** A line at a time, of at most 2,000 characters. */
  readonly onStderr: (line: string) => void;
  readonly onEnded: (why: 'exit' | 'memory' | 'message_too_large' | 'spawn_failed') => void;
}

/** A program in a process group of its own, spoken to line by line over its standard input and output. */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  private readonly program: StdioProgram;
  private child: ChildProcess | null = null;
  private readonly buffer: ReadBuffer;
  private watch: NodeJS.Timeout | null = null;
  private ended = false;
  private whenGone: Promise<void> = Promise.resolve();

  constructor(program: StdioProgram) {
    this.program = program;
    this.buffer = new ReadBuffer({ maxBufferSize: program.maxMessageBytes });
  }

  start(): Promise<void> {
    const { path, args, env, maxMemoryBytes, onStderr } = this.program;
    const child = spawn(path, [...args], {
      env,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      shell: false,
    });
    this.child = child;
    this.whenGone = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    child.stdout.on('data', (chunk: Buffer) => this.read(chunk));
    child.stdout.on('error', (error) => this.onerror?.(error));
    child.stdin.on('error', (error) => this.onerror?.(error));
    const lines = createLineReader(onStderr);
    child.stderr.setEncoding('utf8').on('data', lines.take).once('end', lines.flush);
    child.stderr.on('error', () => undefined);
    child.once('exit', () => this.end('exit'));
    if (process.platform === 'linux')
      this.watch = setInterval(() => {
        if (residentBytes(child.pid) > maxMemoryBytes) this.end('memory');
      }, watchMs).unref();
    return new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        this.end('spawn_failed');
        reject(error);
      });
    });
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.child?.stdin;
    if (this.ended || stdin == null || !stdin.writable) return Promise.reject(new Error('the program has ended'));
    return new Promise((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => (error == null ? resolve() : reject(error)));
    });
  }

  /** Closes its input, then ends its process group, then kills it. Resolves when it is gone. */
  async close(): Promise<void> {
    const { child } = this;
    this.end('exit', false);
    if (child === null) return;
    child.stdin?.end();
    if (!(await this.goneWithin(leaveMs))) {
      signalGroup(child, 'SIGTERM');
      if (!(await this.goneWithin(termMs))) signalGroup(child, 'SIGKILL');
    }
    // What it started and left behind goes with it.
    signalGroup(child, 'SIGKILL');
  }

  private read(chunk: Buffer): void {
    if (this.ended) return;
    try {
      this.buffer.append(chunk);
    } catch {
      return this.end('message_too_large');
    }
    for (;;) {
      let message: JSONRPCMessage | null;
      try {
        message = this.buffer.readMessage();
      } catch (error) {
        this.onerror?.(error as Error);
        continue;
      }
      if (message === null) return;
      this.onmessage?.(message);
    }
  }

  private end(why: Parameters<StdioProgram['onEnded']>[0], kill = true): void {
    if (this.ended) return;
    this.ended = true;
    if (this.watch !== null) clearInterval(this.watch);
    if (kill && this.child !== null) signalGroup(this.child, 'SIGKILL');
    this.program.onEnded(why);
    this.onclose?.();
  }

  private goneWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      void this.whenGone.then(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}

/** Whole lines, so that nothing that stands in one is cut in two; a longer one comes in pieces. */
function createLineReader(onLine: (line: string) => void): { take: (text: string) => void; flush: () => void } {
  let rest = '';
  return {
    take(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onLine(line.slice(0, maxLineChars));
      if (rest.length > maxLineChars) {
        onLine(rest.slice(0, maxLineChars));
        rest = '';
      }
    },
    flush() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is empty.
  }
}

/** Of proc(5), `statm`: the second field counts pages. 0 where it cannot be read. */
function residentBytes(pid: number | undefined): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? pages * 4_096 : 0;
  } catch {
    return 0;
  }
}
