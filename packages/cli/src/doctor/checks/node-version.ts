import { type Check, fail, ok } from '../check.ts';

/** The first release line that runs TypeScript as it stands. */
const oldest = 24;

export const nodeVersion: Check = {
  id: 'node-version',
  title: 'Node.js is new enough',
  means: 'Services do not start, or not with what they were tested on.',
  fix: "Run 'npm install' in the checkout: it brings its own Node.js.",
  look: () => [judge(process.versions.node)],
};

export function judge(version: string) {
  return Number(version.split('.')[0]) >= oldest
    ? ok(`Node.js ${version}`)
    : fail(`Node.js ${version} cannot run Patchbay; it needs ${oldest} or newer`);
}
