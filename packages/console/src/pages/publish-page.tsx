import type { RegisterResult } from '@patchbay/contracts';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import { useSend } from '../api/use-get.tsx';
import { goToLine } from '../components/go-to-line.ts';
import { IssueList } from '../components/issue-list.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';
import { ChangeList } from './change-list.tsx';

/** Publishes an integration: its text is checked, what it changes is shown, and only then is it registered. */
export function PublishPage() {
  const { platform, tenant } = useSession();
  const [text, setText] = useState('');
  /** The text that was checked; another has to be checked anew. */
  const [checked, setChecked] = useState<string | null>(null);
  const [knows, setKnows] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const toLine = (line: number) => goToLine(place.current, line);
  const check = useSend<string, RegisterResult>({
    path: () => '/v1/integrations',
    ask: (given) => ({ body: { text: given, dry_run: true } }),
  });
  const publish = useSend<string, RegisterResult>({
    path: () => '/v1/integrations',
    ask: (given) => ({ body: { text: given } }),
    stale: ['/v1/integrations', '/v1/tools'],
    said: () => 'Published.',
  });

  const result = checked === text ? check.data : undefined;
  const breaking = result?.changes.some((change) => change.breaking) ?? false;
  const whose = tenant === null ? 'every tenant' : `tenant ${tenant}`;
  return (
    <Page
      title="Publish an integration"
      about={`A document in YAML or JSON that says what tools there are and how they are called. It is published for ${whose}${platform ? '; choose at the top for whom' : ''}.`}
    >
      <div className="columns">
        <form
          className="card stack"
          onSubmit={(event) => {
            event.preventDefault();
            setKnows(false);
            publish.reset();
            check.send(text, { onSettled: () => setChecked(text) });
          }}
        >
          <div className="field">
            <label htmlFor="document-file">From a file</label>
            <input
              id="document-file"
              type="file"
              accept=".yaml,.yml,.json"
              onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
            />
          </div>
          <div ref={place}>
            <TextField
              label="Document"
              lines={22}
              required
              value={text}
              onChange={setText}
              placeholder="id: acme_desk"
            />
          </div>
          <div>
            <button type="submit" data-kind="main" disabled={text.trim() === '' || check.isPending}>
              {check.isPending ? 'Checking …' : 'Check'}
            </button>
          </div>
        </form>
        <section className="stack" aria-label="What the check found">
          {checked !== text && check.problem === null && publish.data === undefined && (
            <p className="muted">
              Check the document: what is wrong is named with its line, and nothing is published yet.
            </p>
          )}
          {checked === text && check.problem !== null && (
            <>
              <ProblemNote problem={{ ...check.problem, issues: [] }} />
              <div className="card">
                <h2>What to correct</h2>
                <IssueList issues={check.problem.issues} onLine={toLine} />
              </div>
            </>
          )}
          {result !== undefined && publish.data === undefined && (
            <div className="card stack">
              <h2>
                {result.integration} {result.version}
              </h2>
              <p className="note" data-tone="ok" role="status">
                The document is valid. It has {result.tools.length} tools.
              </p>
              {result.warnings.length > 0 && (
                <>
                  <h3>Could be better</h3>
                  <IssueList issues={result.warnings} onLine={toLine} />
                </>
              )}
              <h3>{result.compared_to === null ? 'It is new' : `What it changes of ${result.compared_to}`}</h3>
              {result.compared_to !== null && <ChangeList changes={result.changes} />}
              {breaking && (
                <label className="check">
                  <input type="checkbox" checked={knows} onChange={(event) => setKnows(event.target.checked)} />
                  <span>Callers can fail because of it. I publish it all the same.</span>
                </label>
              )}
              {publish.problem !== null && <ProblemNote problem={publish.problem} />}
              <div>
                <button
                  type="button"
                  data-kind="main"
                  disabled={publish.isPending || (breaking && !knows)}
                  onClick={() => publish.send(text)}
                >
                  {publish.isPending ? 'Publishing …' : `Publish for ${whose}`}
                </button>
              </div>
            </div>
          )}
          {publish.data !== undefined && (
            <div className="card stack">
              <h2>
                {publish.data.integration} {publish.data.version} is published
              </h2>
              <p>
                {publish.data.created ? 'Its tools can be called now.' : 'Exactly this was there already.'} They need a
                connection, unless the service takes anybody.
              </p>
              <ul>
                {publish.data.tools.map((name) => (
                  <li key={name}>
                    <Link to={`/tools/${name}`}>{name}</Link>
                  </li>
                ))}
              </ul>
              <p>
                <Link className="button" to={`/connections/new?integration=${publish.data.integration}`}>
                  Connect an account
                </Link>
              </p>
            </div>
          )}
        </section>
      </div>
    </Page>
  );
}
