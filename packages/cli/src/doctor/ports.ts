import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Check, type Finding, fail, isRunning, ok } from './finding.ts';

/** Milliseconds for a connection on this machine. */
const timeoutMs = 1_000;

/** What a running Patchbay listens on takes connections. */
export const ports: Check = async (patient) => {
  if (!isRunning(patient)) return [];
  const { facts } = patient;
  const urls: [string, string | null][] = [
    ['nats', facts.nats_url],
    ['redis', await readFile(join(facts.stateDir, 'run', 'redis.url'), 'utf8').catch(() => null)],
    ['gateway', facts.gateway_url],
    ['webhooks', facts.webhooks_url],
    ['sandbox', facts.sandbox_url],
  ];
  return Promise.all(
    urls.filter((pair): pair is [string, string] => pair[1] !== null).map(([name, url]) => portOf(name, url.trim())),
  );
};

async function portOf(name: string, url: string): Promise<Finding> {
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
  if (answers) return ok(`port ${name}`, place);
  return fail(`port ${name}`, `nothing listens at ${place}`, "Stop Patchbay and start it again: 'npm start'.");
}
