import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Preloaded into a service (`--import <this>?dir=…&ms=…`): says every so often, in a file named after its process, what its heap
 * holds after everything that can be collected was. Without the collection a heap says more of when it was last collected.
 */
export interface HeapTold {
  readonly heap_bytes: number;
  /** Outside the heap: buffers, and WebAssembly's memory. */
  readonly external_bytes: number;
}

const { searchParams } = new URL(import.meta.url);
const dir = searchParams.get('dir');
const everyMs = Number(searchParams.get('ms'));
if (dir !== null && everyMs > 0) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const tell = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const told: HeapTold = { heap_bytes: heapUsed, external_bytes: external };
    writeFileSync(join(dir, `${process.pid}.json`), JSON.stringify(told));
  };
  setInterval(tell, everyMs).unref();
}
