import type { Socket } from 'node:net';
import type { ActiveFault, Fault, FaultDirection } from './fault.ts';
import { FaultLane } from './fault-lane.ts';

type Way = Exclude<FaultDirection, 'both'>;

/** A client and the server it speaks to, with the faults that befall the two. */
export class FaultConnection {
  readonly #sockets: readonly [Socket, Socket];
  readonly #random: () => number;
  readonly #active: () => readonly ActiveFault[];
  /** Whether a fault that befalls only a share of connections befalls this one: decided once. */
  readonly #chosen = new Map<ActiveFault, boolean>();
  readonly #timers = new Map<ActiveFault, NodeJS.Timeout>();
  readonly #lanes: readonly FaultLane[];

  constructor(client: Socket, server: Socket, random: () => number, active: () => readonly ActiveFault[]) {
    this.#sockets = [client, server];
    this.#random = random;
    this.#active = active;
    this.#lanes = [
      new FaultLane(client, server, this.#laneOf('toServer')),
      new FaultLane(server, client, this.#laneOf('toClient')),
    ];
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      // A peer's reset is passed on at once: there is nothing left to be late for.
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => this.#forget());
    }
    this.changed();
  }

  /** Faults came or went. */
  changed(): void {
    const active = this.#active();
    for (const [fault, timer] of this.#timers) {
      if (active.includes(fault)) continue;
      clearTimeout(timer);
      this.#timers.delete(fault);
    }
    for (const one of active) if (!this.#timers.has(one) && this.#befalls(one)) this.#schedule(one);
    for (const lane of this.#lanes) lane.changed();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #schedule(one: ActiveFault): void {
    const { fault } = one;
    if (fault.kind === 'reset_peer')
      this.#timers.set(
        one,
        setTimeout(() => this.reset(), fault.afterMs),
      );
    if (fault.kind === 'timeout' && fault.ms > 0)
      this.#timers.set(
        one,
        setTimeout(() => this.close(), fault.ms),
      );
  }

  #befalls(one: ActiveFault): boolean {
    let chosen = this.#chosen.get(one);
    if (chosen === undefined) {
      chosen = one.share >= 1 || this.#random() < one.share;
      this.#chosen.set(one, chosen);
    }
    return chosen;
  }

  #laneOf(way: Way) {
    return {
      faults: (): readonly Fault[] =>
        this.#active()
          .filter((one) => (one.direction === 'both' || one.direction === way) && this.#befalls(one))
          .map(({ fault }) => fault),
      random: this.#random,
      close: () => this.close(),
      reset: () => this.reset(),
    };
  }

  #forget(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
