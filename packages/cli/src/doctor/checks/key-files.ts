import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Check, fail, ok } from '../check.ts';
import type { Examination } from '../examination.ts';

/** Most files named in one message. */
const mostNamed = 5;

export const keyFiles: Check = {
  id: 'key-files',
  title: 'Key files are readable by their owner alone',
  means: 'Whoever has an account on the machine can become a service, an operator or a tenant, or decrypt credentials.',
  fix: 'Take the rights of group and others away (chmod go-rwx), and make new keys if others use this machine.',
  look(examination) {
    const looked = pathsOf(examination).flatMap(({ path, whole }) => below(path, whole));
    if (looked.length === 0) return [ok('no key files on this machine')];
    const open = looked.filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) => path);
    if (open.length === 0) return [ok(`${looked.length} files and directories, for their owner alone`)];
    const named = `${open.slice(0, mostNamed).join(', ')}${open.length > mostNamed ? ` and ${open.length - mostNamed} more` : ''}`;
    return [
      fail(`others can get at ${named}`, {
        fix: `chmod go-rwx ${open.slice(0, mostNamed).join(' ')}, and make new keys if others use this machine.`,
      }),
    ];
  },
};

/** The state directory itself with its keys, an installation as a whole, and files that variables name. */
function pathsOf({ stateDir, installationDir, io }: Examination): { path: string; whole: boolean }[] {
  const named = Object.entries(io.env).flatMap(([name, value]) =>
    value && (name === 'PATCHBAY_CREDENTIALS' || /^PATCHBAY_\w+_FILE$/.test(name)) ? [resolve(io.cwd, value)] : [],
  );
  return [
    { path: stateDir, whole: false },
    { path: join(stateDir, 'keys'), whole: true },
    ...(installationDir === null ? [] : [{ path: installationDir, whole: true }]),
    ...named.map((path) => ({ path, whole: false })),
  ];
}

function below(path: string, whole: boolean): { path: string; mode: number }[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const names = whole && stats.isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  return [
    { path, mode: stats.mode },
    ...names.flatMap((name) => {
      const mode = statSync(join(path, name), { throwIfNoEntry: false })?.mode;
      return mode === undefined ? [] : [{ path: join(path, name), mode }];
    }),
  ];
}
