import type { EraseSubjectResult, FindSubjectResult } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { Facts } from '../components/facts.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';
import { SubjectErase } from './subject-erase.tsx';
import { SubjectExport } from './subject-export.tsx';
import { SubjectReceipt } from './subject-receipt.tsx';

interface Found extends FindSubjectResult {
  /** As somebody typed it. */
  readonly subject: string;
}

/** What is held on one person: by which token they go, all of it as a file, and their erasure. */
export function SubjectsPage() {
  const { may } = useSession();
  const [subject, setSubject] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [erased, setErased] = useState<EraseSubjectResult | null>(null);
  const find = useSend<string, FindSubjectResult>({
    path: () => '/v1/subjects/token',
    ask: (who) => ({ body: { subject: who } }),
  });
  return (
    <Page
      title="Persons"
      about="Whom calls are about. Who is meant stands in no address and is not kept by this page; that somebody looked is recorded, without saying at whom."
    >
      <form
        className="card stack"
        aria-label="Who"
        onSubmit={(event) => {
          event.preventDefault();
          setErased(null);
          setFound(null);
          find.send(subject, { onSuccess: (answer) => setFound({ ...answer, subject }) });
        }}
      >
        <TextField
          label="Person"
          required
          value={subject}
          onChange={setSubject}
          placeholder="+1 555 010 2030"
          hint="A phone number with its country, an e-mail address, or an id; phone:, email: or id: before it says which."
        />
        {find.problem !== null && <ProblemNote problem={find.problem} />}
        <div>
          <button type="submit" data-kind="main" disabled={find.isPending}>
            Look up
          </button>
        </div>
      </form>
      {found !== null && (
        <section className="card stack">
          <h2>{found.canonical}</h2>
          <Facts
            of={{
              'Token in the log': <code>{found.token}</code>,
              'Tokens of before an erasure': found.erased.length === 0 ? null : <code>{found.erased.join(' ')}</code>,
              'Kept in clear': found.has_key ? 'something may be, under their key' : 'nothing that can be read',
            }}
          />
          <div className="row">
            <SubjectExport subject={found.subject} />
            {may('subjects:erase') && (
              <SubjectErase
                subject={found.subject}
                token={found.token}
                onErased={(result) => {
                  setErased(result);
                  setFound(null);
                  setSubject('');
                }}
              />
            )}
          </div>
        </section>
      )}
      {erased !== null && <SubjectReceipt erased={erased} />}
    </Page>
  );
}
