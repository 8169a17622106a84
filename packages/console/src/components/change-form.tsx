import type { ReactNode } from 'react';
import type { Problem } from '../api/problem.ts';
import { ProblemNote } from './problem-note.tsx';

interface Given {
  /** What it is called to whoever does not see it. */
  readonly label?: string;
  /** What the button that sends it says. */
  readonly send: string;
  readonly onSend: () => void;
  /** Left out: it cannot be left. */
  readonly onCancel?: () => void;
  /** How the sending goes, as `useSend` tells it. */
  readonly change: { readonly problem: Problem | null; readonly isPending: boolean };
  readonly children: ReactNode;
}

/** Fields for something that is to be made or changed, what went wrong with it, and the button that sends it. */
export function ChangeForm({ label, send, onSend, onCancel, change: { problem, isPending }, children }: Given) {
  return (
    <form
      className="card stack"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {children}
      {problem !== null && <ProblemNote problem={problem} />}
      <div className="row">
        <button type="submit" data-kind="main" disabled={isPending}>
          {send}
        </button>
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
