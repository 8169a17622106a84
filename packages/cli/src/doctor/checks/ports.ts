import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Check, fail, NotSeen, ok, type Verdict } from '../check.ts';

/** Milliseconds for a connection on this machine. */
const timeoutMs = 1_000;

export const ports: Check = {
  id: 'ports',
  title: 'What runs on this machine takes connections',
  means: 'A part has ended or hangs, and whatever needs it fails.',
  fix: "Stop Patchbay and start it again: 'npm start'.",
  async look({ facts, runsHere }) {
    if (facts === null || !runsHere) throw new NotSeen('no Patchbay of this machine runs');
    const urls: [string, string | null][] = [
      ['nats', facts.nats_url.split(',')[0] ?? null],
      ['redis', await readFile(join(facts.stateDir, 'run', 'redis.url'), 'utf8').catch(() => null)],
      ['gateway', facts.gateway_url],
      ['webhooks', facts.webhooks_url],
      ['sandbox', facts.sandbox_url],
    ];
    return Promise.all(
      urls.filter((pair): pair is [string, string] => pair[1] !== null).map(([name, url]) => portOf(name, url.trim())),
    );
  },
};

async function portOf(name: string, url: string): Promise<Verdict> {
  // The URL of Redis carries its password: only host and port are told.
  const { hostname, port } = new URL(url);
  const place = `${hostname}:${port}`;
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: timeoutMs });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
  return answers ? ok(place, name) : fail(`nothing listens at ${place}`, { about: name });
}
