import type { LegalHold } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';

/** Ends a hold, and asks why. */
export function HoldRelease({ hold }: { readonly hold: LegalHold }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const release = useSend<void, LegalHold>({
    path: () => `/v1/audit/holds/${hold.id}/release`,
    ask: () => ({ body: { reason } }),
    stale: ['/v1/audit/holds'],
    said: () => `The hold for ${hold.reason} is released.`,
  });
  return (
    <>
      <button type="button" data-kind="danger" onClick={() => setOpen(true)}>
        Release<span className="hidden-visually"> {hold.reason}</span>
      </button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={`Release the hold for ${hold.reason}?`}
        close="Keep it on"
        actions={
          <button
            type="button"
            data-kind="danger"
            disabled={release.isPending || reason.trim() === ''}
            onClick={() => release.send(undefined, { onSuccess: () => setOpen(false) })}
          >
            Release
          </button>
        }
      >
        <p>What is past its time goes with the next purge, for good.</p>
        <TextField label="Why it ends" required value={reason} onChange={setReason} />
        {release.problem !== null && <ProblemNote problem={release.problem} />}
      </Dialog>
    </>
  );
}
