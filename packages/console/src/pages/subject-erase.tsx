import type { EraseSubjectResult } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';

interface Given {
  readonly subject: string;
  readonly token: string;
  readonly onErased: (result: EraseSubjectResult) => void;
}

/** Characters of a token that are typed to confirm. */
const typed = 8;

/** Erases a person, after somebody typed by hand whom. */
export function SubjectErase({ subject, token, onErased }: Given) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [again, setAgain] = useState('');
  const asked = token.slice(0, 'tok_'.length + typed);
  const erase = useSend<void, EraseSubjectResult>({
    path: () => '/v1/subjects/erase',
    ask: () => ({ body: { subject, ...(reason !== '' && { reason }) } }),
    stale: ['/v1/audit/events'],
    said: () => 'The person is erased. Save the receipt.',
  });
  return (
    <>
      <button type="button" data-kind="danger" onClick={() => setOpen(true)}>
        Erase
      </button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Erase this person?"
        close="Keep them"
        actions={
          <button
            type="button"
            data-kind="danger"
            disabled={erase.isPending || again.trim() !== asked}
            onClick={() => erase.send(undefined, { onSuccess: onErased })}
          >
            {erase.isPending ? 'Erasing …' : 'Erase for good'}
          </button>
        }
      >
        <p>
          Their key is destroyed, what is held of them goes, and their token is not made again. Nobody can take it back.
          Events stay, with a token that says nothing any more.
        </p>
        <TextField
          label="Why"
          value={reason}
          onChange={setReason}
          hint="For the record, such as a ticket. Names nobody."
        />
        <TextField
          label="Type the beginning of their token"
          required
          value={again}
          onChange={setAgain}
          hint={`It is ${asked}`}
        />
        {erase.problem !== null && <ProblemNote problem={erase.problem} />}
      </Dialog>
    </>
  );
}
