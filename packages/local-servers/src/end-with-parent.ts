import { spawnSync } from 'node:child_process';

const setpriv = '/usr/bin/setpriv';
let available: boolean | null = null;

/**
 * The command that runs a program so that it gets SIGTERM when the process that started it ends, even by SIGKILL, which
 * leaves that process no time to see to its children. Only Linux can do so, with setpriv of util-linux; elsewhere the
 * command is the program's own, and `endOrphan` sees to what was left behind at the next start.
 */
export function endWithParent(binary: string, args: readonly string[]): readonly [string, ...string[]] {
  available ??=
    process.platform === 'linux' &&
    spawnSync(setpriv, ['--pdeathsig', 'TERM', '--', '/bin/true'], { stdio: 'ignore' }).status === 0;
  return available ? [setpriv, '--pdeathsig', 'TERM', '--', binary, ...args] : [binary, ...args];
}
