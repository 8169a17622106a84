import { snakeName } from '../schema/plain-text.ts';
import type { Candidate } from './candidate.ts';

/**
 * A name for models for each candidate: short, lower case, each used once. Where two values share one, as `name` in path
 * and body do, that of the path keeps it; the wire has its own names in any case.
 */
export function nameArguments(candidates: readonly Candidate[], taken: Iterable<string> = []): Map<Candidate, string> {
  const names = new Map<Candidate, string>();
  const used = new Set<string>(taken);
  const order = ['path', 'query', 'body', 'body_root', 'header', 'cookie'];
  const sorted = [...candidates].sort((a, b) => order.indexOf(a.place) - order.indexOf(b.place));
  for (const candidate of sorted) {
    const name = choose(candidate, used);
    used.add(name);
    names.set(candidate, name);
  }
  return names;
}

function choose({ wireName, at, place }: Candidate, used: ReadonlySet<string>): string {
  const plain = snakeName(wireName);
  // What it stands in tells two leaves apart: `start_date_time`, `end_date_time`.
  const whole = snakeName(at.replace(/\[\d*\]/g, ''));
  const lonely = /^(?:name|value|type|id|date|time|date_time|time_zone|content|text|code|key|n)$/.test(plain);
  const candidates = [
    ...(lonely && whole !== plain ? [whole] : [plain, whole]),
    plain,
    `${place === 'body_root' ? 'body' : place}_${plain}`.slice(0, 40),
  ];
  const free = candidates.find((name) => !used.has(name));
  if (free !== undefined) return free;
  for (let count = 2; ; count++) {
    const numbered = `${plain.slice(0, 36)}_${count}`;
    if (!used.has(numbered)) return numbered;
  }
}
