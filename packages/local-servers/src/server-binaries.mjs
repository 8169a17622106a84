// Plain JavaScript with its types beside it: scripts/bootstrap.mjs loads this file under any Node from version 20, before
// the pinned runtime that reads TypeScript is there. Having one file keeps the two searches from drifting apart.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export const serverRequirements = {
  // 2.10 is the first whose streams, key-value watches and authentication behave as the contracts assume.
  'nats-server': { variable: 'PATCHBAY_NATS_SERVER', programs: ['nats-server'], minimumVersion: '2.10.0' },
  'redis-server': {
    variable: 'PATCHBAY_REDIS_SERVER',
    programs: ['redis-server', 'valkey-server'],
    minimumVersion: '6.2.0',
  },
};

export function unpackedServer(server, projectRoot) {
  return join(projectRoot, '.tools', server, server);
}

export function searchServer(server, projectRoot, env) {
  const { variable, programs, minimumVersion } = serverRequirements[server];
  const named = env[variable];
  if (named) return judge([{ path: named, from: variable }], minimumVersion);
  const candidates = programs.flatMap((program) => onPath(program, env.PATH).map((path) => ({ path, from: 'PATH' })));
  return judge([...candidates, { path: unpackedServer(server, projectRoot), from: 'unpacked' }], minimumVersion);
}

export function parseVersion(text) {
  return /(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? null;
}

function judge(candidates, minimumVersion) {
  const tried = [];
  for (const { path, from } of candidates) {
    if (!isProgram(path)) {
      tried.push(`${path} (${from}): not a program`);
      continue;
    }
    const run = spawnSync(path, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const version = run.status === 0 ? parseVersion(`${run.stdout} ${run.stderr}`) : null;
    if (version === null) tried.push(`${path} (${from}): does not say its version`);
    else if (isOlder(version, minimumVersion))
      tried.push(`${path} (${from}): version ${version} is older than ${minimumVersion}`);
    else return { path, version };
  }
  return { path: null, tried };
}

function onPath(program, pathVariable = '') {
  const directories = pathVariable.split(delimiter).filter(isAbsolute);
  // Debian keeps nats-server here, which is not on every user's PATH.
  return [...new Set([...directories, '/usr/local/sbin', '/usr/sbin'])]
    .map((directory) => join(directory, program))
    .filter(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isOlder(version, minimum) {
  const [left, right] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return left[i] < right[i];
  return false;
}
