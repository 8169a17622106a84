import { nextStep, type Problem } from '../api/problem.ts';
import { IssueList } from './issue-list.tsx';

/** What went wrong, where, and what to do. */
export function ProblemNote({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div className="note stack" data-tone="bad" role="alert">
      <p>
        <strong>{problem.detail}</strong> <code>{problem.code}</code>
      </p>
      {problem.issues.length > 0 && <IssueList issues={problem.issues} />}
      <p>{nextStep(problem)}</p>
      {problem.instance !== '' && (
        <p className="muted">
          Request <code>{problem.instance}</code>
        </p>
      )}
      {onRetry !== undefined && (
        <div>
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
