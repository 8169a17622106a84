import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { startLauncher } from '../launcher-process.ts';
import { onInterrupt } from '../on-interrupt.ts';

interface Options {
  readonly catalogue?: string;
  readonly processes?: boolean;
  readonly executors?: number;
  readonly ingresses?: number;
  readonly live?: boolean;
  readonly state?: string;
  readonly database?: string;
  readonly databaseUrlFile?: string;
  readonly logLevel?: string;
  readonly connectPort?: number;
  readonly ports?: string;
  readonly auditStreamDays?: number;
  readonly once?: boolean;
}

export function addUp(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'up',
    summary: 'Start Patchbay on this machine, as npm start does',
    description:
      'Start Patchbay on this machine, as npm start does: NATS, Redis, every service, a demo tenant and the sandbox. It stays up until Ctrl-C.',
    examples: ['patchbay up', 'patchbay up --processes --executors 4', 'patchbay up --once --json'],
    configure: (command) =>
      command
        .option('--processes', 'run each service as a process of its own')
        .option('--executors <n>', 'executors to run, 1 to 32', wholeNumber('--executors', 1, 32))
        .option(
          '--ingresses <n>',
          'with --processes: ingresses that take webhooks in at the one port, 1 to 32',
          wholeNumber('--ingresses', 1, 32),
        )
        .option(
          '--catalogue <ids>',
          'of the integrations that come with Patchbay only these: slack,hubspot (default: all)',
        )
        .option('--live', 'call the real upstream hosts instead of the sandbox')
        .option('--state <dir>', 'where keys, streams, database and logs are kept (default: .patchbay of the checkout)')
        .option('--database <url>', 'postgres://… instead of the built-in PGlite, without a password')
        .option('--database-url-file <file>', 'the same by a file, for a URL with a password')
        .addOption(
          new Option('--log-level <level>', 'how much goes into the logs').choices([
            'trace',
            'debug',
            'info',
            'warn',
            'error',
            'fatal',
            'silent',
          ]),
        )
        .option(
          '--connect-port <n>',
          'serve the pages where accounts are connected by OAuth, at http://127.0.0.1:<n>',
          wholeNumber('--connect-port', 1, 65_535),
        )
        .option('--ports <list>', 'ports to take if they are free, 0 for any: gateway=8080,ingress=8081,sandbox=0')
        .option(
          '--audit-stream-days <n>',
          'let messages of the audit stream go after so many days; the database keeps them (default: never)',
          wholeNumber('--audit-stream-days', 7, 36_500),
        )
        .option('--once', 'stop after the first call'),
    async run({ io }, options) {
      const launcher = startLauncher(launcherArguments(options, io.cwd), io.env, {
        onOutput: (text) => io.stdout.write(text),
        onError: (text) => io.stderr.write(text),
      });
      const stopListening = onInterrupt(io.interrupt, () => launcher.stop());
      const code = await launcher.ended;
      stopListening();
      return code ?? exitCodes.failed;
    },
  });
}

function launcherArguments(options: Options & { json?: boolean }, cwd: string): string[] {
  return [
    ...(options.processes ? ['--processes'] : []),
    ...(options.executors === undefined ? [] : ['--executors', String(options.executors)]),
    ...(options.ingresses === undefined ? [] : ['--ingresses', String(options.ingresses)]),
    ...(options.catalogue === undefined ? [] : ['--catalogue', options.catalogue]),
    ...(options.live ? ['--live'] : []),
    // The launcher runs in the checkout, so a relative path is made absolute here.
    ...(options.state === undefined ? [] : ['--state', resolve(cwd, options.state)]),
    ...(options.database === undefined ? [] : ['--database', options.database]),
    ...(options.databaseUrlFile === undefined ? [] : ['--database-url-file', resolve(cwd, options.databaseUrlFile)]),
    ...(options.logLevel === undefined ? [] : ['--log-level', options.logLevel]),
    ...(options.connectPort === undefined ? [] : ['--connect-port', String(options.connectPort)]),
    ...(options.ports === undefined ? [] : ['--ports', options.ports]),
    ...(options.auditStreamDays === undefined ? [] : ['--audit-stream-days', String(options.auditStreamDays)]),
    ...(options.once ? ['--once'] : []),
    ...(options.json ? ['--json'] : []),
  ];
}
