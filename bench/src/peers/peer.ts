import type { ChildProcess } from 'node:child_process';

/** A product that a user could pick for the same call: one JSON POST under a bearer credential that the product keeps. */
export interface Peer {
  readonly id: string;
  readonly name: string;
  /** Folder under `bench/peers` with the packages it is made of, which is its entry of the registry of npm; null: none of its own. */
  readonly packages: string | null;
  /** @throws Error when it does not start; what it started by then is in the place's `children`. */
  start(place: Place): Promise<RunningPeer>;
}

/** Where a peer runs. */
export interface Place {
  /** For its configuration and state, removed when it was stopped. */
  readonly dir: string;
  /** The folder with its `node_modules`. */
  readonly packages: string;
  readonly upstream: Upstream;
  /** Processes that end with it: put all that are started here. */
  readonly children: ChildProcess[];
}

/** The far side of every call, a process of the run. */
export interface Upstream {
  readonly child: ChildProcess;
  /** Without a path. */
  readonly url: string;
}

export interface RunningPeer {
  /** The processes it consists of, without client and upstream. Those that they start count as well. */
  readonly pids: Readonly<Record<string, number>>;
  readonly doors: readonly Door[];
  /** What has to end before its `children` do. */
  readonly stop?: () => Promise<void>;
}

/** One way in, with a driver process that knows it. */
export interface Door {
  /** Among all peers. */
  readonly id: string;
  readonly name: string;
  readonly driver: ChildProcess;
}

export const benchToken = 'bench-credential';
