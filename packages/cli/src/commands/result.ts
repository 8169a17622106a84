import { idSchema } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodeByStatus, exitCodeHelp, exitCodeOfPlan, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderExecution } from '../render/execution.ts';
import { renderPlan } from '../render/plan.ts';

interface Options {
  readonly wait?: number;
}

export function addResult(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'result <submission>',
    summary: 'Show what became of a submission',
    examples: [
      'patchbay result sbm_01JD0000000000000000000000',
      'patchbay result sbm_01JD0000000000000000000000 --wait 30000 --json',
    ],
    footer: exitCodeHelp,
    configure: (command) =>
      command.option('--wait <ms>', 'wait so long for its end', wholeNumber('--wait', 0, 86_400_000)),
    async run(context, { wait }, id) {
      if (!idSchema('submission').safeParse(id).success)
        throw new UsageError(`'${id}' is no submission id; 'patchbay submit' prints them, such as sbm_01JD….`);
      const found = await (await context.agent()).result(id, { waitMs: wait ?? 0 });
      const { style } = context;
      context.show(found, () => {
        const head = `${style.strong(found.state.replace('_', ' '))}  ${id}  ${found.tries === 1 ? '1 try' : `${found.tries} tries`}`;
        if (found.state === 'unknown') return `${head}\nNo such submission of this tenant is kept.`;
        if (found.plan !== undefined) return `${head}\n${renderPlan(found.plan, context)}`;
        return found.result === null ? head : `${head}\n${renderExecution(found.result, context)}`;
      });
      if (found.plan !== undefined && found.state !== 'pending') return exitCodeOfPlan(found.plan);
      if (found.result !== null && found.state !== 'pending') return exitCodeByStatus[found.result.status];
      return found.state === 'unknown' ? exitCodes.failed : undefined;
    },
  });
}
