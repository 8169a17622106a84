import { sourceFiles } from './repository.mjs';

export const name = 'file size';
const limit = 400;

/** Sources with more lines than a reader takes in at once. */
export function findings(repository) {
  return sourceFiles(repository).flatMap((file) => {
    const lines = repository.read(file).trimEnd().split('\n').length;
    return lines > limit ? [`${file} has ${lines} lines; split it, the limit is ${limit}`] : [];
  });
}
