import { type Check, fail, ok, type Verdict, warn } from '../check.ts';

/** What Patchbay needs: the callout of API keys, and `sync_interval`. */
const oldest = '2.10.0';
/** The first releases of each line that have the fixes of every advisory of 2026. */
const floors = ['2.12.12', '2.14.3'];

export const natsVersion: Check = {
  id: 'nats-version',
  title: 'Every nats-server has the fixes of the published advisories',
  means: `Before ${oldest} API keys cannot come in and writes cannot be synced at once; before ${floors.join(' or ')} rules of permissions could be got around.`,
  fix: `Install nats-server ${floors.at(-1)} or newer, one server after the other.`,
  async look(examination) {
    const { servers } = await examination.servers().catch(() => ({ servers: [] }));
    if (servers.length > 0)
      return servers.map(({ name, version, listens }) => ({ ...judgeNatsVersion(version, listens), about: name }));
    // Without the system's key the one that is connected says its own.
    const { messaging } = await examination.admin();
    return [judgeNatsVersion(messaging.serverVersion, 'the one that is connected')];
  },
};

/** `where` is the server's program or address. */
export function judgeNatsVersion(version: string, where: string): Verdict {
  const text = `${version} (${where})`;
  if (isOlder(version, oldest)) return fail(`${text} is older than ${oldest}`);
  const floor = floorOf(version);
  if (floor === null || !isOlder(version, floor)) return ok(text);
  return warn(`${text} has published security advisories`, { fix: `Install nats-server ${floor} or newer.` });
}

/** Each floor counts for its own line and those before it; a line after the last one has the fixes. */
function floorOf(version: string): string | null {
  const lineOf = (one: string) => `${one.split('.').slice(0, 2).join('.')}.`;
  return floors.find((floor) => version.startsWith(lineOf(floor)) || isOlder(version, floor)) ?? null;
}

function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split(/[.-]/).map(Number)) as [number[], number[]];
  for (let place = 0; place < 3; place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
