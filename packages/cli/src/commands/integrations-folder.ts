import { setTimeout as delay } from 'node:timers/promises';
import { type FolderFile, type FolderStateResult, PatchbayError } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderFolder, renderFolderFile } from '../render/folder.ts';

interface Options {
  readonly follow?: boolean;
}

/** Milliseconds between two looks at what changed. */
const followMs = 300;

export function addIntegrationsFolder(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'folder',
    summary: 'Show what became of the files in the watched folder',
    description:
      'Show what became of the files in the watched folder: the version each is served as, and what is wrong with those that cannot be used, with line and column. --follow shows each change as it comes, until Ctrl-C. Ends with 1 when a file is wrong.',
    examples: [
      'patchbay integrations folder',
      'patchbay integrations folder --follow',
      'patchbay integrations folder --json | jq .files',
    ],
    configure: (command) => command.option('--follow', 'show changes as they come'),
    async run(context, { follow }) {
      const admin = await context.admin();
      const state = await admin.integrations.folder();
      if (!follow) {
        context.show(state, () => renderFolder(state, context));
        const wrong = state.problem !== null || state.files.some((file) => file.state === 'wrong');
        return wrong ? exitCodes.failed : exitCodes.ok;
      }
      context.note(context.style.quiet(`Following ${state.folder ?? 'no folder'}. Ctrl-C ends.`));
      const shown = new Map<string, string>();
      let now: FolderStateResult | null = state;
      do {
        for (const file of now?.files ?? []) {
          if (shown.get(file.file) === keyOf(file)) continue;
          shown.set(file.file, keyOf(file));
          context.showLine(file, () => renderFolderFile(file, context.style));
        }
        const present = new Set(now?.files.map(({ file }) => file));
        for (const name of now === null ? [] : shown.keys()) {
          if (present.has(name)) continue;
          shown.delete(name);
          context.showLine({ file: name, state: 'gone' }, () => `${context.style.quiet('gone')}      ${name}`);
        }
        now = (await interval(context.io.interrupt)) ? await lookOrWait(admin) : null;
      } while (!context.io.interrupt.aborted);
      return undefined;
    },
  });
}

/** What tells one thing that became of a file from the next. */
function keyOf({ state, version, served, at, problems }: FolderFile): string {
  return JSON.stringify([state, version, served, at, problems]);
}

/** Null while no registry answers. */
async function lookOrWait(admin: Admin): Promise<FolderStateResult | null> {
  try {
    return await admin.integrations.folder();
  } catch (error) {
    if (error instanceof PatchbayError && (error.body.retryable || error.code === 'deadline_exceeded')) return null;
    throw error;
  }
}

/** False when the wait was ended by the person. */
async function interval(interrupt: AbortSignal): Promise<boolean> {
  try {
    await delay(followMs, undefined, { signal: interrupt });
    return true;
  } catch {
    return false;
  }
}
