import type { ApprovalAsked, ConfirmationAsked } from '@patchbay/contracts';
import { Link } from 'react-router';
import type { Problem } from '../api/problem.ts';

interface Given {
  readonly problem: Problem;
  /** Called with the token when the person says yes. */
  readonly onYes: (token: string) => void;
}

/** What a policy asks of a person before the call: a yes, or somebody's approval. */
export function PolicyAnswer({ problem: { code, details }, onYes }: Given) {
  if (code === 'confirmation_required') {
    const { ask, token } = details['confirmation'] as ConfirmationAsked;
    return (
      <div className="note stack" data-tone="warn">
        <p>
          <strong>{ask}</strong>
        </p>
        <div>
          <button type="button" data-kind="main" onClick={() => onYes(token)}>
            Yes, do it
          </button>
        </div>
      </div>
    );
  }
  if (code !== 'approval_required') return null;
  const { id } = details['approval'] as ApprovalAsked;
  return (
    <p className="note" data-tone="warn">
      It waits for a person under <Link to="/approvals">Approvals</Link> (<code>{id}</code>). Once it is approved, run
      the same call again.
    </p>
  );
}
