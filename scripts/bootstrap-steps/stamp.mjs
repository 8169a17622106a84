import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What a finished bootstrap depends on. As long as none of it changes, the next run has nothing to do.
 * The stamp lives in node_modules, so that it goes when that goes.
 */
export function currentConditions(root, env = process.env) {
  return {
    lock: createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex'),
    platform: `${process.platform}-${process.arch}`,
    natsServer: env.PATCHBAY_NATS_SERVER ?? null,
    redisServer: env.PATCHBAY_REDIS_SERVER ?? null,
  };
}

/** The result of the bootstrap that ran under the same conditions, if everything it made is still there; else null. */
export function readStamp(root, conditions) {
  let stamp;
  try {
    stamp = JSON.parse(readFileSync(stampPath(root), 'utf8'));
  } catch {
    return null;
  }
  if (JSON.stringify(stamp.conditions) !== JSON.stringify(conditions)) return null;
  return Object.values(stamp.programs).every(({ path }) => existsSync(path)) ? stamp.programs : null;
}

export function writeStamp(root, conditions, programs) {
  mkdirSync(dirname(stampPath(root)), { recursive: true });
  writeFileSync(stampPath(root), `${JSON.stringify({ conditions, programs }, null, 2)}\n`);
}

function stampPath(root) {
  return join(root, 'node_modules', '.patchbay-bootstrap');
}
