import { availableParallelism } from 'node:os';

/** What decides where server programs are looked for: the environment of this process. */
export function searchEnvironment(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string | undefined>> {
  return {
    PATH: env.PATH,
    PATCHBAY_NATS_SERVER: env.PATCHBAY_NATS_SERVER,
    PATCHBAY_REDIS_SERVER: env.PATCHBAY_REDIS_SERVER,
  };
}

/** What a server child gets of our environment: enough to run, and nothing that could be a secret. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, TZ } = env;
  return Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR, TZ }).filter(([, value]) => value !== undefined));
}

/**
 * What a nats-server child gets: on a machine of one or two cores it runs on one of them at a time, because it shares them with the
 * services that wait for it, and its threads that wake each other up take more than a second core gives (ADR 68). On more
 * cores it has what the machine has. A `GOMAXPROCS` of ours is passed on in either case.
 */
export function natsServerEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  cores: number = availableParallelism(),
): NodeJS.ProcessEnv {
  const GOMAXPROCS = env.GOMAXPROCS || (cores <= 2 ? '1' : undefined);
  return { ...childEnvironment(env), ...(GOMAXPROCS !== undefined && { GOMAXPROCS }) };
}
