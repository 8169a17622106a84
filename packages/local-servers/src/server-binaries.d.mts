/** A server program that Patchbay starts beside itself. */
export type ServerName = 'nats-server' | 'redis-server';

export interface ServerRequirement {
  /** Environment variable that names the program and wins over everything else. */
  readonly variable: string;
  /** Program names looked for on PATH, in order. */
  readonly programs: readonly string[];
  /** Oldest version that will do, `major.minor.patch`. */
  readonly minimumVersion: string;
}

export const serverRequirements: Readonly<Record<ServerName, ServerRequirement>>;

/** Where bootstrap unpacks a server of its own, inside the checkout and outside the state directory. */
export function unpackedServer(server: ServerName, projectRoot: string): string;

export type ServerSearch =
  | { readonly path: string; readonly version: string }
  /** `path` is null and `tried` says, place by place, why it would not do. */
  | { readonly path: null; readonly tried: readonly string[] };

/**
 * Looks for a server program: the one its environment variable names (and then no other), PATH, the unpacked one.
 * Each candidate is run once with `--version`.
 */
export function searchServer(
  server: ServerName,
  projectRoot: string,
  env: Readonly<Record<string, string | undefined>>,
): ServerSearch;

/** The first `major.minor.patch` in what a program printed, or null. */
export function parseVersion(text: string): string | null;
