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
