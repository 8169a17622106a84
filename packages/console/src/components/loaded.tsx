import type { ReactNode } from 'react';
import { problemOf } from '../api/problem.ts';
import { ProblemNote } from './problem-note.tsx';

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** What was asked for once it is here; until then that it is on its way, or why it is not. */
export function Loaded<T>({ asked, children }: { asked: Asked<T>; children: (data: T) => ReactNode }) {
  if (asked.data !== undefined)
    return (
      <>
        {asked.error !== null && <ProblemNote problem={problemOf(asked.error)} onRetry={() => void asked.refetch()} />}
        {children(asked.data)}
      </>
    );
  if (asked.error !== null)
    return <ProblemNote problem={problemOf(asked.error)} onRetry={() => void asked.refetch()} />;
  return (
    <p className="loading" role="status">
      Loading …
    </p>
  );
}
