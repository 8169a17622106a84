import { errorBody, toErrorBody } from '@patchbay/contracts';
import type { AttemptPorts, Execution } from '../attempts/execution.ts';
import type { Failure } from '../attempts/verdict.ts';
import { refusal } from '../attempts/verdict.ts';
import type { FetchedFile } from './fetch-file.ts';
import { fetchFile } from './fetch-file.ts';
import type { FileReference } from './file-plan.ts';
import { filesIn, replaceFiles } from './file-plan.ts';

/** Files fetched for one execution. */
const maxFetched = 10;

/** Checks an execution's files, and fetches those given by URL before anything is built. A failure: nothing was sent. */
export async function loadFiles(ports: AttemptPorts, execution: Execution): Promise<Failure | null> {
  const { files: plans } = execution.input.prepared;
  let files: FileReference[];
  try {
    files = filesIn(plans, execution.context.arguments);
  } catch (error) {
    return refusal(toErrorBody(error));
  }
  const remote = files.filter((file): file is FileReference & { url: string } => file.url !== null);
  if (remote.length === 0) return null;
  if (remote.length > maxFetched)
    return refusal(
      errorBody('invalid_arguments', { message: `At most ${maxFetched} files are fetched for one call.` }),
    );
  const startedAt = ports.now();
  const fetched = await Promise.all(remote.map((file) => fetchFile(ports, execution, file)));
  execution.upstreamMs += ports.now() - startedAt;
  const contents = new Map<unknown, FetchedFile>();
  for (const [index, content] of fetched.entries()) {
    if ('code' in content) return refusal(content, content.code === 'cancelled' ? 'cancelled' : 'refused');
    contents.set(remote[index]?.value, content);
  }
  const args = replaceFiles(plans, execution.context.arguments, contents);
  execution.context = { ...execution.context, arguments: args };
  return null;
}
