import { resolve } from 'node:path';
import { mirrorRoots } from '@patchbay/installation';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { type PlaceOptions, placesIn, stateDirectory, stateOption } from './places.ts';

interface Options extends PlaceOptions {
  readonly to: string;
  readonly rootsDir?: string;
  readonly erasuresFile?: string;
}

export function addBackupMirrorRoots(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'mirror-roots',
    summary: "Make a directory what the vault's roots are now, without what they were",
    description:
      "Make a directory what the vault's roots and list of erasures are now. What was erased is overwritten and removed there, so that nothing brings it back: run it often, and keep no history of that directory.",
    examples: ['patchbay backup mirror-roots --to /mirror'],
    configure: (command) =>
      stateOption(command)
        .requiredOption('--to <dir>', 'the mirror, on an encrypted disk that no backup is made of')
        .option('--roots-dir <dir>', 'the roots, where they are not in the state directory')
        .option('--erasures-file <file>', 'the same for the list of erasures'),
    async run(context, options) {
      const at = (path: string) => resolve(context.io.cwd, path);
      const local = placesIn(stateDirectory(context, options));
      const roots = options.rootsDir === undefined ? local.roots : at(options.rootsDir);
      const erasures = options.erasuresFile === undefined ? local.erasures : at(options.erasuresFile);
      const mirrored = mirrorRoots({ roots, erasures }, at(options.to));
      context.show(
        mirrored,
        () => `${context.style.good('mirrored')}  ${mirrored.copied} files copied, ${mirrored.removed} destroyed`,
      );
      return undefined;
    },
  });
}
