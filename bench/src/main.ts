/** `npm run bench -- <suite> [options]`: runs one suite as a script of its own; `calls` when none is named. */
const suites: Record<string, { readonly what: string; readonly load: () => Promise<unknown> }> = {
  calls: {
    what: 'what Patchbay adds to a call, beside a direct call and a bare NATS worker',
    load: () => import('./suites/calls.ts'),
  },
  scaling: {
    what: 'throughput with 1, 2 and 4 executors at a slow upstream',
    load: () => import('./suites/scaling.ts'),
  },
  success: {
    what: 'how many of 100,000 executions succeed while one upstream request in a hundred fails',
    load: () => import('./suites/success.ts'),
  },
  soak: {
    what: 'whether memory or descriptors of any process grow under a steady load of half an hour',
    load: () => import('./suites/soak.ts'),
  },
  overload: {
    what: 'goodput at three times what it can do, and a noisy tenant beside a quiet one',
    load: () => import('./suites/overload.ts'),
  },
  plans: {
    what: 'what a plan costs beside the same calls on their own',
    load: () => import('./suites/plans.ts'),
  },
  streaming: {
    what: 'items and bytes a second of streamed answers, and the time to the first item',
    load: () => import('./suites/streaming.ts'),
  },
  cancel: {
    what: 'from a cancel to the closed upstream socket, over several executors',
    load: () => import('./suites/cancel.ts'),
  },
  breaker: {
    what: 'what a failing host does to calls of another one',
    load: () => import('./suites/breaker.ts'),
  },
  leases: {
    what: 'how many credentials one vault lends',
    load: () => import('./suites/leases.ts'),
  },
  rotation: {
    what: 'how fast a tenant’s credentials come under a new key, while they are leased',
    load: () => import('./suites/rotation.ts'),
  },
  webhooks: {
    what: 'how many webhooks the ingress takes, beside a bare fastify and JetStream, and how soon they arrive',
    load: () => import('./suites/webhooks.ts'),
  },
  rest: {
    what: 'what the REST door adds to a call, beside NATS and a bare fastify proxy',
    load: () => import('./suites/rest.ts'),
  },
  live: {
    what: 'a thousand WebSocket clients that follow a busy tenant, some of which never read',
    load: () => import('./suites/live.ts'),
  },
  import: {
    what: 'what an import of a vendor’s API description takes, and whether its drafts hold',
    load: () => import('./suites/import.ts'),
  },
  mcp: {
    what: 'an MCP tool call through Patchbay, beside an MCP server made from an OpenAPI description',
    load: () => import('./suites/mcp.ts'),
  },
  peers: {
    what: 'the same call through Patchbay and through what a user could pick instead',
    load: () => import('./suites/peers.ts'),
  },
  'audit-verify': {
    what: 'how many records a second of an export of the audit log are verified, on one core',
    load: () => import('./suites/audit-verify.ts'),
  },
  privacy: {
    what: 'how long the privacy engine takes for a text of 2 KB',
    load: () => import('./suites/privacy.ts'),
  },
  audit: {
    what: 'how many events the audit store takes, and how soon it answers when it holds millions',
    load: () => import('./suites/audit.ts'),
  },
  guard: {
    what: 'what the egress guard takes of a request',
    load: () => import('./suites/guard.ts'),
  },
};

const [first = ''] = process.argv.slice(2);
if (first === '--help' || first === '-h') {
  const lines = Object.entries(suites).map(([name, { what }]) => `  ${name.padEnd(12)} ${what}`);
  process.stdout.write(
    `Usage: npm run bench -- [suite] [options]\n\nSuites (default calls; each has its own --help and --json):\n${lines.join('\n')}\n`,
  );
} else {
  const name = first.startsWith('-') || first === '' ? 'calls' : first;
  const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (suite === undefined) {
    process.stderr.write(`No suite '${name}'. There are: ${Object.keys(suites).join(', ')}.\n`);
    process.exitCode = 2;
  } else {
    if (name === first) process.argv.splice(2, 1);
    await suite.load();
  }
}
