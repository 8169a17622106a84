import type { ReplayWebhooksResult } from '@patchbay/contracts';
import { useQuery } from '@tanstack/react-query';
import { useSend } from '../api/use-get.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';

const path = '/v1/webhooks/replay';

interface Given {
  readonly event: { readonly id: string; readonly type: string } | null;
  readonly onDone: () => void;
}

/** Says to how many subscriptions an event would go, and sends it when that is wanted. */
export function ReplayDialog({ event, onDone }: Given) {
  const { api } = useSession();
  const counted = useQuery({
    queryKey: [api.tenant, path, event?.id],
    enabled: event !== null,
    queryFn: ({ signal }) =>
      api.ask<ReplayWebhooksResult>(path, { method: 'POST', body: { events: [event?.id], dry_run: true }, signal }),
  });
  const send = useSend<string, ReplayWebhooksResult>({
    path: () => path,
    ask: (id) => ({ body: { events: [id], dry_run: false } }),
    stale: ['/v1/webhooks'],
    said: () => 'It is delivered again.',
  });
  const deliveries = counted.data?.deliveries ?? 0;
  return (
    <Dialog
      open={event !== null}
      onClose={onDone}
      title={`Replay ${event?.type ?? ''}`}
      close="Cancel"
      actions={
        <button
          type="button"
          data-kind="main"
          disabled={send.isPending || deliveries === 0}
          onClick={() => event !== null && send.send(event.id, { onSuccess: onDone })}
        >
          Replay
        </button>
      }
    >
      <p role="status">
        {counted.data === undefined
          ? 'Counting …'
          : deliveries === 0
            ? 'No subscription matches it: nothing would be delivered. Make a subscription first.'
            : `It is delivered again, byte for byte, to ${deliveries} ${deliveries === 1 ? 'subscription' : 'subscriptions'}.`}
      </p>
      {send.problem !== null && <ProblemNote problem={send.problem} />}
    </Dialog>
  );
}
