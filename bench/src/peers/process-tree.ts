import { readdirSync, readFileSync } from 'node:fs';

/** What processes took and take, with all that they started. */
export interface Usage {
  /** Processor time by role, user and system, of all threads, and of children that ended and were waited for. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Bytes by role. A page that several processes share counts in parts (Pss of proc(5)). */
  readonly memoryBytes: Readonly<Record<string, number>>;
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** @throws Error when a root is no process any more. */
export function usageOf(roots: Readonly<Record<string, number>>): Usage {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const cpuSeconds: Record<string, number> = {};
  const memoryBytes: Record<string, number> = {};
  for (const [role, root] of Object.entries(roots)) {
    const tree = treeOf(root, stats);
    if (tree.length === 0) throw new Error(`${role} (process ${root}) has ended`);
    cpuSeconds[role] = tree.reduce((sum, one) => sum + one.cpuSeconds, 0);
    memoryBytes[role] = tree.reduce((sum, one) => sum + memoryOf(one.pid), 0);
  }
  return { cpuSeconds, memoryBytes };
}

export const sum = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((all, one) => all + one, 0);

function treeOf(root: number, stats: readonly Stat[]): Stat[] {
  const tree = stats.filter(({ pid }) => pid === root);
  // A list that grows while it is read: children of children follow.
  for (const one of tree) tree.push(...stats.filter(({ parent }) => parent === one.pid));
  return tree;
}

/** Null when the process ended meanwhile. The name, in parentheses, may hold anything; fields are counted from behind it. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    return { pid, parent: Number(fields[1]), cpuSeconds: ticks / 100 };
  } catch {
    return null;
  }
}

function memoryOf(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
