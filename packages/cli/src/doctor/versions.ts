import { searchServer } from '@patchbay/local-servers/server-binaries';
import { checkout } from '../config.ts';
import { type Check, type Finding, fail, ok, warn } from './finding.ts';

/** The first releases of each line without a published security advisory. */
const advisoryFloors = ['2.12.12', '2.14.3'];
const floor = '2.10.0';

export const nodeVersion: Check = () => {
  const version = process.versions.node;
  if (Number(version.split('.')[0]) >= 24) return [ok('node', `Node.js ${version}`)];
  return [
    fail('node', `Node.js ${version} cannot run Patchbay`, "Run 'npm install' in the checkout: it brings its own."),
  ];
};

export const serverPrograms: Check = ({ io }) => {
  const find = (server: 'nats-server' | 'redis-server') => searchServer(server, checkout, { ...io.env });
  const nats = find('nats-server');
  const redis = find('redis-server');
  return [
    nats.path === null
      ? fail(
          'nats-server',
          `not found (${nats.tried.join('; ') || 'nowhere on PATH'})`,
          "Run 'npm start' once: it fetches one. Or set PATCHBAY_NATS_SERVER.",
        )
      : natsVersion('nats-server', nats.version, nats.path),
    redis.path === null
      ? fail(
          'redis-server',
          `not found (${redis.tried.join('; ') || 'nowhere on PATH'})`,
          "Run 'npm start' once: it fetches one. Or set PATCHBAY_REDIS_SERVER.",
        )
      : ok('redis-server', `${redis.version} (${redis.path})`),
  ];
};

/** Judges a NATS server's version; `where` is its program or its address. */
export function natsVersion(check: string, version: string, where: string): Finding {
  const text = `${version} (${where})`;
  if (isOlder(version, floor))
    return fail(check, `${text} is older than ${floor}`, `Install nats-server ${advisoryFloors.at(-1)} or newer.`);
  // Each floor counts for its own line and those before it; a line after the last floor has the fixes.
  const lines = advisoryFloors.map((one) => ({ floor: one, line: one.split('.').slice(0, 2).join('.') }));
  const own = lines.find(({ line }) => version.startsWith(`${line}.`));
  const needed =
    own?.floor ??
    (isOlder(version, lines[0]?.floor as string)
      ? lines[0]?.floor
      : isOlder(version, lines.at(-1)?.floor as string)
        ? lines.at(-1)?.floor
        : undefined);
  if (needed !== undefined && isOlder(version, needed))
    return warn(check, `${text} has published security advisories`, `Install nats-server ${needed} or newer.`);
  return ok(check, text);
}

function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split(/[.-]/).map(Number)) as [number[], number[]];
  for (let place = 0; place < 3; place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
