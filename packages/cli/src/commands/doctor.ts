import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { allChecks } from '../doctor/all-checks.ts';
import { type DoctorOptions, openExamination } from '../doctor/examination.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { renderChecks, renderFindings } from '../render/findings.ts';

interface Options extends DoctorOptions {
  readonly only?: string;
  readonly skip?: string;
  readonly strict?: boolean;
  readonly list?: boolean;
}

export function addDoctor(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'doctor',
    summary: 'Look for what is commonly wrong with an installation, and say what to do',
    description: `Look for what is commonly wrong with an installation, and say what to do: versions, keys, disk, the nats-servers with
their streams, every service, Redis, the audit store, doors without TLS, and work that was given up. Each check has an id
that never changes; docs/doctor.md lists them. The exit code is 1 when something fails.`,
    examples: [
      'patchbay doctor',
      'patchbay doctor --json | jq \'.findings[] | select(.status != "ok")\'',
      'patchbay doctor --nats nats://10.0.0.4:4222 --installation ./installation',
      'patchbay doctor --only redis-eviction,jetstream-sync --strict',
    ],
    configure: (command) =>
      command
        .option('--installation <dir>', "the directory that lay-out made, or its 'operator', with both keys")
        .option('--system-key <file>', "key of the nats-servers' system account (default: where Patchbay keeps it)")
        .option('--api <url>', 'where clients reach the API')
        .option('--only <ids>', 'look at these only, with commas between them')
        .option('--skip <ids>', 'leave these out')
        .option('--strict', 'a warning fails, too')
        .option('--list', 'list what is looked for, and look at nothing'),
    async run(context, options) {
      const chosen = choose(options);
      if (options.list === true) {
        const checks = chosen.map(({ id, title, means, fix }) => ({ id, title, means, fix }));
        context.show({ checks }, () => renderChecks(checks, context.style));
        return exitCodes.ok;
      }
      if (options.api !== undefined && !URL.canParse(options.api))
        throw new UsageError(`--api takes a URL such as https://patchbay.example.com, not '${options.api}'.`);
      const examination = openExamination(context.io, options);
      try {
        const findings = await runChecks(chosen, examination);
        const healthy = findings.every(({ status }) => status !== 'fail');
        context.show({ healthy, findings }, () => renderFindings(findings, context.style));
        const warned = options.strict === true && findings.some(({ status }) => status === 'warn');
        return healthy && !warned ? exitCodes.ok : exitCodes.failed;
      } finally {
        await examination.close();
      }
    },
  });
}

/** @throws UsageError for an id that there is not. */
function choose({ only, skip }: Options) {
  const read = (name: string, list: string | undefined) => {
    const ids = (list ?? '').split(',').flatMap((id) => id.trim() || []);
    const strange = ids.find((id) => !allChecks.some((check) => check.id === id));
    if (strange !== undefined)
      throw new UsageError(`${name}: there is no check '${strange}'. 'patchbay doctor --list' names them.`);
    return new Set(ids);
  };
  const [wanted, unwanted] = [read('--only', only), read('--skip', skip)];
  return allChecks.filter(({ id }) => (wanted.size === 0 || wanted.has(id)) && !unwanted.has(id));
}
