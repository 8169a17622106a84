import type { ShowRejectedResult } from '@patchbay/contracts';
import { Link, useParams } from 'react-router';
import { useGet } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { bodyText, exactText } from './body-text.ts';

/** What can be done about the commonest reasons. */
const remedies: Readonly<Record<string, string>> = {
  signature_wrong:
    'The secret here is another than the vendor’s, or something between changed the body. Compare what was signed, byte for byte, and add the secret that the vendor shows now.',
  signature_missing: 'Nothing was signed: the request is not the vendor’s, or its webhook has no secret there yet.',
  signature_malformed: 'The signature is not written as this vendor does. See that the source has the right scheme.',
  timestamp_too_old: 'It was signed long before it came. See that this machine’s clock is right, and send it anew.',
  timestamp_in_future: 'It was signed later than it came. See that this machine’s clock is right.',
  no_secret: 'This source has no secret yet. Add the one that the vendor shows.',
};

/** Why a request became no event: at which step, over which bytes, and what to do. */
export function RejectedWebhookPage() {
  const { source = '', request = '' } = useParams();
  const asked = useGet<ShowRejectedResult['request']>(`/v1/webhooks/sources/${source}/rejected/${request}`);
  return (
    <Page
      title="A request that became no event"
      crumb={<Link to={`/webhooks/sources/${source}`}>Its source</Link>}
      about={<code>{request}</code>}
    >
      <Loaded asked={asked}>
        {(kept) => (
          <>
            {kept.kind === 'rejected' && (
              <div className="note stack" data-tone="bad">
                <p>
                  <strong>{kept.message ?? 'It was turned away.'}</strong>
                </p>
                <p>
                  {(kept.reason !== null && remedies[kept.reason]) ||
                    'Compare the headers and the body below with what the vendor documents.'}
                </p>
              </div>
            )}
            <div className="columns">
              <section className="card">
                <h2>Verdict</h2>
                <Facts
                  of={{
                    What: <Badge word={kept.kind} />,
                    Step: kept.step,
                    Reason: kept.reason && <code>{kept.reason}</code>,
                    Scheme: kept.scheme,
                    Variant: kept.variant,
                    Answered: kept.status,
                    When: <Moment at={kept.received_at} />,
                    Bytes: kept.body_bytes,
                  }}
                />
              </section>
              <CodeBlock
                title="Request"
                value={`${kept.method} ${kept.url}\n${kept.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}`}
              />
              <CodeBlock title="Body" value={bodyText(kept.body)} wrap />
              {kept.signed !== null && (
                <CodeBlock title="What the signature was computed over" value={exactText(kept.signed)} wrap />
              )}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
