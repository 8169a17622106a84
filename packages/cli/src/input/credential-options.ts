import { type Command, Option } from 'commander';
import { UsageError } from '../failures.ts';

/** What people try; each is refused with the reason. */
const secretOptions = [
  '--api-key',
  '--apikey',
  '--key',
  '--bearer',
  '--token',
  '--access-token',
  '--password',
  '--secret',
  '--credential',
  '--basic',
  '--oauth2',
  '--custom',
];

const onCommandLine =
  'A credential must not stand on the command line: every process on this machine can read it there, and the shell keeps it in its history. Put it into a file (--api-key-file and the like), pipe it in with -, or leave it out to be asked for it.';

/** The options that say where a credential comes from. */
export function credentialOptions(command: Command): void {
  command
    .optionsGroup('Where the credential comes from (default: a hidden prompt):')
    .option('--api-key-file <file>', 'an API key')
    .option('--bearer-file <file>', 'a bearer token')
    .option('--basic-user <name>', 'a user name; goes with --password-file')
    .option('--password-file <file>', 'its password')
    .option('--oauth2-file <file>', 'a token response as JSON: {"access_token":…,"refresh_token":…,"expires_in":…}')
    .option(
      '--custom-file <file>',
      'the fields of a custom scheme, or the keys of AWS, as JSON: {"api_key":…,"account":…} or {"access_key_id":…,"secret_access_key":…}',
    );
  for (const flag of secretOptions) command.addOption(new Option(`${flag} [value]`).hideHelp().argParser(refuseSecret));
}

/** @throws UsageError when somebody put the credential onto the command line. */
export function refuseOnCommandLine(options: object, source: string | undefined, others: readonly string[]): void {
  if ((source !== undefined && source !== '-') || others.length > 0) throw new UsageError(onCommandLine);
  if (secretOptions.some((flag) => Object.hasOwn(options, camelCase(flag)))) throw new UsageError(onCommandLine);
}

/** Commander quotes a refused value in its message, so it is refused later, without it. */
function refuseSecret(): true {
  return true;
}

function camelCase(flag: string): string {
  return flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
