import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { Choice } from '../components/choice.tsx';
import { TextField } from '../components/text-field.tsx';
import { auditClasses } from './audit-classes.ts';

const none = {
  name: '',
  url: '',
  token: '',
  auth: 'bearer',
  format: 'json_array',
  content: 'ocsf',
  class: '',
  begin: '',
};

/** Says where records go, and how. */
export function SinkForm({ onDone }: { readonly onDone: () => void }) {
  const [said, setSaid] = useState(none);
  const set = (name: keyof typeof none) => (value: string) => setSaid({ ...said, [name]: value });
  const make = useSend<typeof none, unknown>({
    path: ({ name }) => `/v1/audit/sinks/${encodeURIComponent(name)}`,
    ask: ({ url, token, auth, format, content, class: of, begin }) => ({
      method: 'PUT',
      body: {
        settings: { url, auth, format, content, classes: of === '' ? [] : [of] },
        ...(token !== '' && { token }),
        ...(begin !== '' && { from_index: 0 }),
      },
    }),
    stale: ['/v1/audit/sinks'],
    said: ({ name }) => `Records go to ${name}.`,
  });
  return (
    <ChangeForm
      label="New sink"
      send="Send there"
      onSend={() => make.send(said, { onSuccess: onDone })}
      onCancel={onDone}
      change={make}
    >
      <div className="filters">
        <TextField label="Name" required value={said.name} onChange={set('name')} placeholder="siem" />
        <TextField
          label="Address"
          type="url"
          required
          value={said.url}
          onChange={set('url')}
          placeholder="https://siem.example.com/ingest"
        />
        <TextField
          label="Token"
          type="password"
          value={said.token}
          onChange={set('token')}
          hint="Sealed to the vault, and never shown again."
        />
        <Choice
          label="Token goes"
          value={said.auth}
          onChange={set('auth')}
          options={[
            ['bearer', 'as a bearer'],
            ['splunk', 'as Splunk has it'],
            ['header:x-api-key', 'into X-API-Key'],
          ]}
        />
        <Choice
          label="Written as"
          value={said.format}
          onChange={set('format')}
          options={[
            ['json_array', 'a JSON array'],
            ['ndjson', 'a line each'],
            ['splunk_hec', 'events of Splunk’s HEC'],
          ]}
        />
        <Choice
          label="Of each record"
          value={said.content}
          onChange={set('content')}
          options={[
            ['ocsf', 'its OCSF body'],
            ['cloudevents', 'all of it, as CloudEvents'],
          ]}
        />
        <Choice label="Class" value={said.class} onChange={set('class')} none="every class" options={auditClasses} />
        <Choice
          label="Begins"
          value={said.begin}
          onChange={set('begin')}
          none="with what comes from now on"
          options={[['0', 'at the log’s beginning']]}
        />
      </div>
    </ChangeForm>
  );
}
