import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Node's options that make a process write where its time went, once it ends. */
export function profilingArguments(dir: string): string[] {
  mkdirSync(dir, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${dir}`, '--cpu-prof-interval=250'];
}

/**
 * The busiest functions, by their own time, of a process that ended: in the `seconds` that ended `before` seconds ahead of its
 * end. @throws Error when it left no profile.
 */
export function readProfile(dir: string, seconds: number, before: number): string[] {
  const file = readdirSync(dir).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`No profile was written to ${dir}.`);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(dir, file), 'utf8')) as Profile;
  let sinceEnd = 0;
  let last = samples.length;
  let first = 0;
  for (let i = samples.length - 1; i >= 0; i--) {
    sinceEnd += timeDeltas[i] ?? 0;
    if (sinceEnd < before * 1e6) last = i;
    if (sinceEnd > (before + seconds) * 1e6) {
      first = i;
      break;
    }
  }
  return busiest({ nodes, samples: samples.slice(first, last), timeDeltas: timeDeltas.slice(first, last) });
}

function busiest({ nodes, samples, timeDeltas }: Profile): string[] {
  const frames = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').slice(-3).join('/')}:${callFrame.lineNumber + 1}`,
    ]),
  );
  const own = new Map<string, number>();
  let total = 0;
  samples.forEach((id, i) => {
    const frame = frames.get(id) ?? '?';
    const delta = timeDeltas[i] ?? 0;
    if (frame.startsWith('(idle)')) return;
    total += delta;
    own.set(frame, (own.get(frame) ?? 0) + delta);
  });
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 45)
    .map(([frame, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${frame}`);
}
