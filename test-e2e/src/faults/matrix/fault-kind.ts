import type { Stage } from './stage.ts';

/** What a fault is part of: of one part only one thing is wrong at a time, of several parts anything may be. */
export type Part =
  | 'executors'
  | 'nats'
  | 'service links'
  | 'agent links'
  | 'redis'
  | 'upstream'
  | 'vaults'
  | 'audit'
  | 'registry'
  | 'gateway'
  | 'clocks'
  | 'disks';

/** One way in which something goes wrong, and how it is made well again. */
export interface FaultKind {
  /** `<part>: <what is done>`, as the report calls it. */
  readonly name: string;
  /** The row of docs/reliability.md that says what must hold. */
  readonly row: string;
  readonly part: Part;
  /** Milliseconds that it lasts, least and most. */
  readonly lastsMs: readonly [number, number];
  /**
   * Makes it go wrong; `random` decides whom it befalls. Resolves to who that was, and how to heal it.
   * @throws Error where this machine cannot do it: it is then skipped, and the report says so.
   */
  begin(stage: Stage, random: () => number): Promise<Befallen>;
}

export interface Befallen {
  readonly victim: string;
  heal(): Promise<void>;
}

export function pick<T>(from: readonly T[], random: () => number): T {
  if (from.length === 0) throw new Error('there is nobody left to befall');
  return from[Math.floor(random() * from.length)] as T;
}
