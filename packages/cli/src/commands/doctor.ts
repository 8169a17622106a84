import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { checkout, findFacts } from '../config.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { agentConnection, operatorConnection } from '../doctor/connections.ts';
import type { Check, Finding, Patient } from '../doctor/finding.ts';
import { ports } from '../doctor/ports.ts';
import { diskSpace, running, stateDirectory } from '../doctor/state.ts';
import { nodeVersion, serverPrograms } from '../doctor/versions.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderFindings } from '../render/findings.ts';

/** In the order they are told. */
const checks: readonly Check[] = [
  nodeVersion,
  serverPrograms,
  stateDirectory,
  diskSpace,
  running,
  ports,
  agentConnection,
  operatorConnection,
];

export function addDoctor(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'doctor',
    summary: 'Check the installation and a running Patchbay, and say what to do',
    description:
      'Check the installation and a running Patchbay, and say what to do: runtime, servers, state and its keys, ports, both identities, each service, clock and disk. The exit code is 1 when something fails.',
    examples: ['patchbay doctor', 'patchbay doctor --json | jq \'.findings[] | select(.status != "ok")\''],
    async run(context, globals) {
      const { io } = context;
      const facts = findFacts(io);
      const stateDir =
        facts?.stateDir ??
        (io.env.PATCHBAY_STATE_DIR ? resolve(io.cwd, io.env.PATCHBAY_STATE_DIR) : join(checkout, '.patchbay'));
      const patient: Patient = { io, globals, facts, stateDir };
      const findings: Finding[] = (await Promise.all(checks.map(async (check) => check(patient)))).flat();
      const healthy = findings.every(({ status }) => status !== 'fail');
      context.show({ healthy, findings }, () => renderFindings(findings, context.style));
      return healthy ? exitCodes.ok : exitCodes.failed;
    },
  });
}
