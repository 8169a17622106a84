import { chownSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readList } from '@patchbay/service-kit';
import { layOutInstallation } from './lay-out.ts';
import { provisionInstallation } from './provision.ts';

const usage = `Usage: node packages/installation/src/main.ts lay-out|provision [options]

lay-out makes the keys of an installation that are missing, and lays out for each part a directory with what it needs.
  --dir DIR         where the directories are made
  --tenants LIST    tenants whose agents connect to NATS with a key of their own (default none; others use API keys)
  --nats LIST       host names of the nats-servers (default nats)
  --nats-cluster NAME=LIST   in its place and several times: clusters that are one system, and the servers of each
  --nats-tls-dir DIR  directory on each server with ca.crt, HOST.crt and HOST.key (default: everything in clear)
  --nats-leaves     take in leaf servers, and write each tenant of --tenants a leaf.conf
  --nats-store DIR  where JetStream keeps its files on each (default /data)
  --nats-sync WHEN  when its writes reach the disk: always, or an interval such as 2m (default always)
  --nats-max-gib N  most that streams may take on each server's disk (default 10)
  --redis HOST      (default redis)
  --postgres HOST   (default postgres)
  --owner UID:GID   who owns the files (default: whoever runs this)
  --give LIST       directories that are given to the owner too, such as new volumes for the parts' own files

provision makes the streams, buckets and durables that are missing.
  --nats LIST       host names of the nats-servers, or URLs such as tls://nats:4222 (default nats)
  --seed FILE       the provisioner's key
  --replicas N      copies of each stream: 1, 3 or 5 (default 1, with three servers 3)
  --patience S      seconds in which the servers must come up (default 120)
`;

/** @returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let values: ReturnType<typeof parse>['values'];
  let positionals: string[];
  try {
    ({ values, positionals } = parse(argv));
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const natsHosts = readList(values.nats);
  if (positionals[0] === 'lay-out') {
    if (values.dir === undefined) return refuse('lay-out needs --dir.');
    const strange = values['nats-cluster']?.find((one) => !/^[a-z][\w-]*=[\w.-]+(,[\w.-]+)+$/.test(one));
    if (strange !== undefined)
      return refuse(
        `--nats-cluster takes a name and two or more servers such as east=nats-1,nats-2,nats-3, not '${strange}'.`,
      );
    const [, uid, gid] = /^(\d+):(\d+)$/.exec(values.owner ?? '') ?? [];
    if (values.owner !== undefined && uid === undefined) return refuse('--owner takes numbers such as 10001:10001.');
    const owner = uid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
    const { tenants } = layOutInstallation({
      dir: values.dir,
      tenants: readList(values.tenants),
      natsHosts,
      ...(values['nats-cluster'] !== undefined && { natsClusters: readClusters(values['nats-cluster']) }),
      ...(values['nats-tls-dir'] !== undefined && { natsTlsDir: values['nats-tls-dir'] }),
      natsLeaves: values['nats-leaves'],
      natsStore: values['nats-store'],
      natsSync: values['nats-sync'],
      natsMaxFileBytes: Number(values['nats-max-gib']) * 1024 ** 3,
      redisHost: values.redis,
      postgresHost: values.postgres,
      owner,
    });
    if (owner !== null) for (const path of readList(values.give)) chownSync(path, owner.uid, owner.gid);
    process.stdout.write(
      `laid out in ${values.dir}; tenants with keys of their own: ${tenants.join(', ') || 'none'}\n`,
    );
    return 0;
  }
  if (positionals[0] === 'provision') {
    if (values.seed === undefined) return refuse('provision needs --seed.');
    await provisionInstallation({
      natsUrls: natsHosts.map((host) => (host.includes('://') ? host : `nats://${host}:4222`)),
      seedFile: values.seed,
      replicas: Number(values.replicas ?? (natsHosts.length >= 3 ? 3 : 1)),
      patienceMs: Number(values.patience) * 1_000,
      onWaiting: (reason) => process.stderr.write(`waiting: ${reason}\n`),
      onMadeAnew: (durables) =>
        process.stderr.write(
          `made anew: ${durables.join(', ')}: ahead of what the servers have of the stream, whose end they lost; what was published since may have passed unseen\n`,
        ),
    });
    process.stdout.write('streams, buckets and durables are there\n');
    return 0;
  }
  return refuse('Say lay-out or provision.');
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      dir: { type: 'string' },
      tenants: { type: 'string', default: '' },
      nats: { type: 'string', default: 'nats' },
      'nats-cluster': { type: 'string', multiple: true },
      'nats-tls-dir': { type: 'string' },
      'nats-leaves': { type: 'boolean', default: false },
      'nats-store': { type: 'string', default: '/data' },
      'nats-sync': { type: 'string', default: 'always' },
      'nats-max-gib': { type: 'string', default: '10' },
      redis: { type: 'string', default: 'redis' },
      postgres: { type: 'string', default: 'postgres' },
      owner: { type: 'string' },
      give: { type: 'string', default: '' },
      seed: { type: 'string' },
      replicas: { type: 'string' },
      patience: { type: 'string', default: '120' },
    },
  });
}

/** `east=nats-1,nats-2,nats-3`, for each cluster. */
function readClusters(given: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    given.map((one) => {
      const [name = '', hosts = ''] = one.split('=', 2);
      return [name, readList(hosts)];
    }),
  );
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n\n${usage}`);
  return 2;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
