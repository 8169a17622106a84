import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Which process serves a directory, and which process started it. */
export interface ProcessRecord {
  readonly pid: number;
  readonly owner: number;
}

/** Another living process already runs a server on this directory: two would destroy its store. */
export class AlreadyRunningError extends Error {
  constructor(name: string, dir: string, record: ProcessRecord) {
    super(
      `${name} already runs on ${dir} (process ${record.pid}, started by process ${record.owner}). Stop that one first.`,
    );
    this.name = 'AlreadyRunningError';
  }
}

export function recordProcess(dir: string, name: string, record: ProcessRecord): void {
  writeFileSync(recordPath(dir, name), JSON.stringify(record), { mode: 0o600 });
}

export function forgetProcess(dir: string, name: string): void {
  rmSync(recordPath(dir, name), { force: true });
}

/**
 * Ends a server left behind on this directory by an owner that was killed.
 * @throws AlreadyRunningError when its owner lives.
 */
export async function endOrphan(dir: string, name: string, stopTimeoutMs: number): Promise<void> {
  const record = readRecord(dir, name);
  if (record === null || !isOurServer(record.pid, name, dir)) return forgetProcess(dir, name);
  if (isAlive(record.owner)) throw new AlreadyRunningError(name, dir, record);
  const deadline = performance.now() + stopTimeoutMs;
  process.kill(record.pid, 'SIGTERM');
  while (isAlive(record.pid)) {
    if (performance.now() > deadline) process.kill(record.pid, 'SIGKILL');
    await delay(10);
  }
  forgetProcess(dir, name);
}

function recordPath(dir: string, name: string): string {
  return join(dir, `${name}.process.json`);
}

function readRecord(dir: string, name: string): ProcessRecord | null {
  try {
    const { pid, owner } = JSON.parse(readFileSync(recordPath(dir, name), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 1 && Number.isSafeInteger(owner) ? { pid, owner } : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A zombie is gone for every purpose here, though its parent has not yet collected it.
  return !/^State:\s+Z/m.test(readProc(pid, 'status'));
}

/** Process numbers are used again, so the number alone proves nothing: the process must work in our directory. */
function isOurServer(pid: number, name: string, dir: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') return workingDirectory(pid) === realpathSync(dir);
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(name);
}

function workingDirectory(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
