import type { ServiceName } from '@patchbay/contracts';

/** A service that the launcher runs, in this process or in one of its own. */
export interface HostedService {
  readonly service: ServiceName;
  readonly instance: string;
  /** Null when it runs in this process. */
  readonly pid: number | null;
  /** It is gone, or on its way. */
  readonly ended: boolean;
  /** Drains and ends it. */
  stop(): Promise<void>;
  /** Ends a process at once, for fault tests. @throws RangeError when it has no process of its own. */
  kill(signal: NodeJS.Signals): void;
}
