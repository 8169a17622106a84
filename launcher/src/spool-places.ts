import type { ServiceName } from '@patchbay/contracts';
import type { HostedService } from './hosted-service.ts';

/**
 * Which directory each instance spools audit records in. That of an instance which is gone goes to the next of its service, so
 * that what it left behind is brought to the stream.
 */
export class SpoolPlaces {
  readonly #holders = new Map<string, HostedService | 'starting'>();

  /** A place for an instance that is about to start, `<service>-<number>`. */
  take(service: ServiceName): string {
    for (let number = 1; ; number++) {
      const place = `${service}-${number}`;
      const holder = this.#holders.get(place);
      if (holder === 'starting' || holder?.ended === false) continue;
      this.#holders.set(place, 'starting');
      return place;
    }
  }

  /** Gives the place to the instance, or back when that does not start. */
  hold(place: string, starting: Promise<HostedService>): void {
    starting.then(
      (hosted) => this.#holders.set(place, hosted),
      () => this.#holders.delete(place),
    );
  }
}
