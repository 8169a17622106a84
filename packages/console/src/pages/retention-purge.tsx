import type { PurgeExpiredResult } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { ProblemNote } from '../components/problem-note.tsx';

interface Counted extends PurgeExpiredResult {
  readonly dry: boolean;
}

/** Counts what is past its time, and takes it away. */
export function RetentionPurge() {
  const [counted, setCounted] = useState<Counted | null>(null);
  const purge = useSend<boolean, PurgeExpiredResult>({
    path: () => '/v1/audit/purge',
    ask: (dry) => ({ body: { dry_run: dry } }),
    stale: ['/v1/audit/events'],
  });
  const begin = (dry: boolean) => purge.send(dry, { onSuccess: (result) => setCounted({ ...result, dry }) });
  return (
    <section className="card stack">
      <h2>Purge</h2>
      <p className="muted">
        What is past its time goes by itself every hour. What a legal hold covers stays. Each purge is in the log.
      </p>
      {purge.problem !== null && <ProblemNote problem={purge.problem} />}
      <div className="row">
        <button type="button" disabled={purge.isPending} onClick={() => begin(true)}>
          Count what would go
        </button>
        <ConfirmButton
          label="Purge now"
          title="Take away what is past its time?"
          disabled={purge.isPending}
          onConfirm={() => begin(false)}
        >
          <p>What these events say is gone for good. Their place in the log, and its proofs, stay.</p>
        </ConfirmButton>
      </div>
      <div role="status">{counted !== null && <p>{sentence(counted)}</p>}</div>
    </section>
  );
}

function sentence({ purged, held, more, dry }: Counted): string {
  const classes = Object.entries(purged);
  const sum = classes.reduce((all, [, count]) => all + count, 0);
  const of = classes.length === 0 ? '' : ` (${classes.map(([name, count]) => `${name} ${count}`).join(', ')})`;
  return `${sum.toLocaleString('en')} events ${dry ? 'would go' : 'went'}${of}; a hold keeps ${held.toLocaleString('en')}${more ? '; there are more' : ''}.`;
}
