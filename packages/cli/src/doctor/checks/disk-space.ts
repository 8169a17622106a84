import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { type Check, fail, ok, warn } from '../check.ts';

const gib = 1_073_741_824;

export const diskSpace: Check = {
  id: 'disk-space',
  title: 'The disk has room',
  means: 'Streams and the audit log cannot be written soon, and then no call is carried out.',
  fix: 'Free some space: at least 1 GiB.',
  async look({ stateDir, installationDir, io }) {
    const place = [installationDir, stateDir].find((dir) => dir !== null && existsSync(dir)) ?? io.cwd;
    const { bavail, bsize } = await statfs(place);
    return [judgeSpace(bavail * bsize, place)];
  },
};

export function judgeSpace(freeBytes: number, place: string) {
  const text = `${(freeBytes / gib).toFixed(1)} GiB free for ${place}`;
  if (freeBytes < gib / 10) return fail(text);
  return freeBytes < gib ? warn(text) : ok(text);
}
