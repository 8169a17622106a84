import { parseArgs } from 'node:util';
import { type Drill, type DrillReport, rehearse } from './drill.ts';
import { keyCompromiseDrill } from './key-compromise.ts';
import { offBoardingDrill } from './off-boarding.ts';
import { redisLossDrill } from './redis-loss.ts';
import { restoreMachineDrill, restorePostgresDrill } from './restore-machine.ts';
import { restoreNodeDrill } from './restore-node.ts';
import { restoreStreamsDrill } from './restore-streams.ts';
import { upgradeDrill } from './upgrade.ts';

/** Each rehearses a page of docs/runbooks. */
const drills: Readonly<Record<string, { readonly about: string; readonly play: (drill: Drill) => Promise<void> }>> = {
  restore: {
    about: 'restore-node and restore-machine',
    async play(drill) {
      await restoreMachineDrill(drill);
      await restoreNodeDrill(drill);
    },
  },
  'restore-node': {
    about: 'one of three machines is lost with its disk, and filled again: nothing acknowledged is lost',
    play: restoreNodeDrill,
  },
  'restore-machine': {
    about: 'the only machine is lost with its disk, and restored from a backup',
    play: restoreMachineDrill,
  },
  'restore-postgres': {
    about:
      'the same with the audit database on a PostgreSQL server, which is lost too (needs the programs of a server)',
    play: restorePostgresDrill,
  },
  'restore-streams': {
    about: 'a stream and a bucket of a server that runs otherwise are gone, and made again from a backup',
    play: restoreStreamsDrill,
  },
  'key-compromise': {
    about: "an API key, the wrapping key, the checkpoints' key and an agent's NKey are ended and replaced",
    play: keyCompromiseDrill,
  },
  'off-boarding': { about: 'a tenant leaves: nothing of it can be read any more', play: offBoardingDrill },
  'redis-loss': { about: 'Redis is lost under load, and comes back empty', play: redisLossDrill },
  upgrade: { about: 'every process of every service is replaced under load: no call fails', play: upgradeDrill },
};

const usage = `Usage: npm run drill -- NAME … [options]

Rehearses a runbook on an installation of processes that it starts and ends: what is done, how long it takes, and whether what the
runbook promises held. docs/runbooks explains each.

${Object.entries(drills)
  .map(([name, { about }]) => `  ${name.padEnd(18)}${about}`)
  .join('\n')}

  --json        print one JSON object for each drill: steps, figures, verdicts
  --help        this text
`;

async function main(argv: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const unknown = positionals.find((name) => drills[name] === undefined);
  if (unknown !== undefined) return refuse(`There is no drill '${unknown}'.`);
  if (positionals.length === 0) return refuse('Name a drill.');
  let held = true;
  for (const name of positionals) {
    const out = values.json === true ? process.stderr : process.stdout;
    out.write(`drill ${name}\n`);
    const report = await rehearse(name, drills[name]?.play as (drill: Drill) => Promise<void>, (line) =>
      out.write(`${line}\n`),
    );
    process.stdout.write(values.json === true ? `${JSON.stringify(report)}\n` : sum(report));
    held &&= report.held;
  }
  return held ? 0 : 1;
}

function sum({ drill, seconds, verdicts, held }: DrillReport): string {
  const kept = verdicts.filter((verdict) => verdict.held).length;
  return `${held ? 'HELD' : 'NOT HELD'}  ${drill}: ${kept} of ${verdicts.length} verdicts, ${seconds} s\n\n`;
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n\n${usage}`);
  return 2;
}

process.exit(await main(process.argv.slice(2)));
