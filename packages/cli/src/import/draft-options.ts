import type { Command } from 'commander';
import { several } from '../input/several.ts';

/** Options of every import. */
export interface DraftOptions {
  readonly id?: string;
  readonly category?: string;
  readonly baseUrl?: string;
  readonly operation: readonly string[];
  readonly search?: string;
  readonly out?: string;
  readonly overlay?: string;
}

export function draftOptions(command: Command): Command {
  return command
    .option('--id <id>', "the integration's id; default of its title")
    .option('--category <category>', 'the category of the document; default by the description’s words')
    .option('--base-url <url>', 'in place of the servers that the description names')
    .option('--operation <id>', 'an operation to take, or method and path; may be given several times', several, [])
    .option('--search <words>', 'take the operations that have all these words')
    .option('--out <file>', 'where to write it; what was edited there by hand since the last import stays')
    .option(
      '--overlay <file>',
      'changes to make to the draft: an OpenAPI Overlay whose targets are places of the document',
    );
}
