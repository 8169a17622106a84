import type { WebhookSourceView } from '@patchbay/contracts';
import { useState } from 'react';
import { type Page as ListPage, useGet, useSend } from '../api/use-get.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { Choice } from '../components/choice.tsx';
import { TextField } from '../components/text-field.tsx';

interface Given {
  /** `secret`: the key that deliveries to an address are signed with, told once. */
  readonly onDone: (name: string, secret: string | null) => void;
}

/** Says which events go where. */
export function SubscriptionForm({ onDone }: Given) {
  const [name, setName] = useState('');
  const [source, setSource] = useState('');
  const [types, setTypes] = useState('*');
  const [kind, setKind] = useState('nats');
  const [url, setUrl] = useState('');
  const [tool, setTool] = useState('');
  const [args, setArgs] = useState('{}');
  const sources = useGet<ListPage<WebhookSourceView>>('/v1/webhooks/sources', { limit: 1_000 });
  const make = useSend<unknown, { signing_key: string | null }>({
    path: () => '/v1/webhooks/subscriptions',
    ask: (target) => ({
      body: {
        name,
        source: source === '' ? null : source,
        types: types.split(',').map((one) => one.trim()),
        target,
      },
    }),
    stale: ['/v1/webhooks/subscriptions'],
    said: () => 'The subscription is there.',
  });
  const read = readArguments(args);
  return (
    <ChangeForm
      label="New subscription"
      send="Make it"
      onSend={() => {
        if (kind === 'tool' && read === null) return;
        const target = kind === 'http' ? { kind, url } : kind === 'tool' ? { kind, tool, arguments: read } : { kind };
        make.send(target, { onSuccess: ({ signing_key }) => onDone(name, signing_key) });
      }}
      onCancel={() => onDone(name, null)}
      change={make}
    >
      <div className="filters">
        <TextField label="Name" value={name} onChange={setName} placeholder="Payments to the desk" />
        <Choice
          label="Source"
          value={source}
          onChange={setSource}
          none="every source"
          options={(sources.data?.items ?? []).map((one) => [one.id, one.name || one.scheme || one.id] as const)}
        />
        <TextField
          label="Types"
          required
          value={types}
          onChange={setTypes}
          hint="With commas between; * stands for anything."
        />
        <Choice
          label="Go to"
          value={kind}
          onChange={setKind}
          options={[
            ['nats', 'agents, over NATS'],
            ['http', 'an address'],
            ['tool', 'a tool'],
          ]}
        />
        {kind === 'http' && (
          <TextField
            label="Address"
            type="url"
            required
            value={url}
            onChange={setUrl}
            placeholder="https://example.com/hook"
          />
        )}
        {kind === 'tool' && (
          <TextField label="Tool" required value={tool} onChange={setTool} placeholder="slack_post_message" />
        )}
      </div>
      {kind === 'tool' && (
        <TextField
          label="Arguments"
          lines={5}
          value={args}
          onChange={setArgs}
          wrong={read === null ? 'It must be a JSON object.' : undefined}
          hint="As JSON. {event.type} and {body.customer.name} stand for values of the event."
        />
      )}
    </ChangeForm>
  );
}

function readArguments(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
