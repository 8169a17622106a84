import { type Stats, statSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../config.ts';
import { type Check, fail, ok, warn } from './finding.ts';

const gib = 1_073_741_824;

export const stateDirectory: Check = async ({ stateDir }) => {
  const state = stats(stateDir);
  if (state === null) return [ok('state', `${stateDir} does not exist yet; 'npm start' makes it`)];
  const findings = [
    (state.mode & 0o077) === 0
      ? ok('state', `${stateDir}, for its owner alone`)
      : fail('state', `${stateDir} is open to others (mode ${octal(state)})`, `chmod 700 ${stateDir}`),
  ];
  const keys = join(stateDir, 'keys');
  const files = stats(keys) === null ? [] : await readdir(keys, { recursive: true });
  const open = files.map((name) => join(keys, name)).filter((path) => ((stats(path)?.mode ?? 0) & 0o077) !== 0);
  if (open.length > 0)
    findings.push(
      fail(
        'keys',
        `others can read ${open.join(', ')}`,
        `chmod -R go-rwx ${keys}, and make new keys if others use this machine`,
      ),
    );
  else if (files.length > 0)
    findings.push(ok('keys', `${files.length} key files and directories, for their owner alone`));
  return findings;
};

export const diskSpace: Check = async ({ stateDir, io }) => {
  const { bavail, bsize } = await statfs(stats(stateDir) === null ? io.cwd : stateDir);
  const free = bavail * bsize;
  const text = `${(free / gib).toFixed(1)} GiB free for ${stateDir}`;
  if (free < gib / 10)
    return [fail('disk', text, 'Free some space: streams and the audit log cannot be written soon.')];
  return [free < gib ? warn('disk', text, 'Free some space: at least 1 GiB.') : ok('disk', text)];
};

export const running: Check = ({ facts, globals, io }) => {
  if (facts === null) {
    if (globals.nats !== undefined || io.env.PATCHBAY_NATS_URL)
      return [ok('running', 'NATS is named by --nats or PATCHBAY_NATS_URL')];
    return [
      fail(
        'running',
        'Patchbay does not run: there is no dev.json at or above this directory',
        "npm start, or 'patchbay up'",
      ),
    ];
  }
  if (!isAlive(facts))
    return [
      fail(
        'running',
        `Patchbay does not run: process ${facts.pid} of ${facts.stateDir}/dev.json is gone`,
        "npm start, or 'patchbay up'",
      ),
    ];
  const sandbox = facts.sandbox_url === null ? 'calling the real hosts' : `with the sandbox at ${facts.sandbox_url}`;
  return [
    ok('running', `process ${facts.pid}, ${facts.shape.replace('_', ' ')}, ${facts.executors} executor(s), ${sandbox}`),
  ];
};

function stats(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function octal({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
